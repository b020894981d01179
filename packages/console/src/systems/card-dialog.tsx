import type { Operations, SystemCard } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { PersonPicker } from '../identity/people-picker.tsx'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Choices } from '../look/choices.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, TextArea } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { classSuggestions, dataSuggestions, ownersBesides, regimeSuggestions, roleLabels, toCard } from './card-form.ts'
import styles from './systems.module.css'

/** Saying what a system is for, who owns it, and what it is under: a whole card, whose earlier versions stay. */
export function CardDialog({ view, onClose }: { readonly view: SystemCard; readonly onClose: () => void }) {
  // What it was made from stays, though somebody else's version may arrive meanwhile: the server has to tell of that.
  const [{ system, card, version }] = useState(view)
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [owner, setOwner] = useState(
    card.owner === null ? '' : card.owner.kind === 'person' ? card.owner.accountId : 'team',
  )
  const [roles, setRoles] = useState([...card.roles])
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: Operations['setSystemCard']['body']) =>
      withProof(() => api.setSystemCard({ path: { name: system }, body, idempotencyKey: key })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['systems'] })
      tell('Said', `Version ${version + 1} of what is said of ${system}.`)
      onClose()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(toCard(new FormData(event.currentTarget), { owner, roles, basedOn: version }))
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`What ${system} is for`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="system-card" busy={isPending}>
            Save version {version + 1}
          </Button>
        </>
      }
    >
      <p className="soft">Records cite the version that was in force. Earlier ones stay to be read.</p>
      <form id="system-card" className={styles['form']} onSubmit={submit}>
        <TextArea label="Purpose" name="purpose" defaultValue={card.purpose ?? ''} error={faultOf(error, 'purpose')} />
        <PersonPicker
          label="Owner"
          others={ownersBesides}
          value={owner}
          nameOfValue={view.ownerName}
          onChange={setOwner}
          error={faultOf(error, 'owner')}
        />
        {owner === 'team' ? (
          <Field label="Team" name="team" required defaultValue={card.owner?.kind === 'team' ? card.owner.name : ''} />
        ) : null}
        <Choices label="What you are to it" options={roleLabels} chosen={roles} onChange={setRoles} />
        <Field
          label="Risk class"
          name="riskClass"
          list="risk-classes"
          hint="A short name; the AI Act’s, or one of your own."
          defaultValue={card.riskClass ?? ''}
          error={faultOf(error, 'riskClass')}
        />
        <Suggestions id="risk-classes" of={classSuggestions} />
        <Field
          label="Regimes"
          name="regimes"
          hint={`With commas between them: ${regimeSuggestions.slice(0, 4).join(', ')}, or others.`}
          defaultValue={card.regimes.join(', ')}
          error={faultOf(error, 'regimes')}
        />
        <Field
          label="Data"
          name="dataClass"
          list="data-classes"
          defaultValue={card.dataClass ?? ''}
          error={faultOf(error, 'dataClass')}
        />
        <Suggestions id="data-classes" of={dataSuggestions} />
        <Field label="Vendor" name="vendor" defaultValue={card.vendor ?? ''} error={faultOf(error, 'vendor')} />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}

function Suggestions({ id, of }: { readonly id: string; readonly of: readonly string[] }) {
  return (
    <datalist id={id}>
      {of.map((it) => (
        <option key={it}>{it}</option>
      ))}
    </datalist>
  )
}
