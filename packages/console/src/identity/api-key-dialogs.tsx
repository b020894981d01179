import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './identity.module.css'
import { keyPurposes } from './key-purposes.ts'
import { peopleQuery } from './people.ts'
import { PersonPicker } from './people-picker.tsx'
import { useProved } from './proved.ts'

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'It never ends' },
]
const overlaps = [
  { value: '24', label: 'A day' },
  { value: '72', label: 'Three days' },
  { value: '168', label: 'A week' },
  { value: '0', label: 'Not at all: it ends now' },
]

/** Makes a key, of the reader's own or of a service account, and shows it this once. */
export function MakeKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const mayManage = useMay()('member:write')
  const [purpose, setPurpose] = useState('observe')
  const [lifetime, setLifetime] = useState('90')
  const [owner, setOwner] = useState('')
  const [name, setName] = useState('')
  const services = useQuery({ ...peopleQuery({ kind: 'service' }), enabled: mayManage })
  const { mutate, data, error, isPending } = useProved(
    () =>
      api.createApiKey({
        body: {
          name: name.trim(),
          scopes: [...(keyPurposes.find(({ value }) => value === purpose)?.scopes ?? [])],
          expiresInDays: lifetime === 'never' ? null : Number(lifetime),
          ...(owner === '' ? {} : { accountId: owner }),
        },
      }),
    ['api-keys'],
  )
  if (data !== undefined) return <ShownKey name={data.name} text={data.key} onClose={onClose} />
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(undefined)
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make an API key"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="make-key" busy={isPending}>
            Make the key
          </Button>
        </>
      }
    >
      <form id="make-key" className={styles['form']} onSubmit={submit}>
        <Field
          label="Name"
          hint="Where it is used, as in “ci-deploy”."
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          error={faultOf(error, 'name')}
        />
        <Select label="What for" value={purpose} options={keyPurposes} onChange={setPurpose} />
        {(services.data?.people ?? []).length === 0 ? null : (
          <PersonPicker
            label="Whose"
            hint="A service account’s key goes on when you leave."
            kind="service"
            others={[{ value: '', label: 'Yours' }]}
            value={owner}
            onChange={setOwner}
          />
        )}
        <Select label="Ends after" value={lifetime} options={lifetimes} onChange={setLifetime} />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}

/** Replaces a key by a new one; the old one goes on for as long as a deployment takes. */
export function RotateKeyDialog({
  apiKey: { id, name },
  onClose,
}: {
  readonly apiKey: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const [overlap, setOverlap] = useState('24')
  const { mutate, data, error, isPending } = useProved(
    () => api.rotateApiKey({ path: { id }, body: { overlapHours: Number(overlap) } }),
    ['api-keys'],
  )
  if (data !== undefined) return <ShownKey name={data.name} text={data.key} onClose={onClose} />
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Rotate “${name}”`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={isPending} onClick={() => mutate(undefined)}>
            Make the new key
          </Button>
        </>
      }
    >
      <p className="soft">A new key with the same permissions takes its place.</p>
      <Select label="The old one still works for" value={overlap} options={overlaps} onChange={setOverlap} />
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}

function ShownKey({
  name,
  text,
  onClose,
}: {
  readonly name: string
  readonly text: string
  readonly onClose: () => void
}) {
  return (
    <Dialog
      open
      onClose={() => undefined}
      title={`The key “${name}”`}
      footer={
        <Button kind="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <p className="soft">It is shown once. Whoever has it can do what it may do.</p>
      <Command text={text} what="the key" />
    </Dialog>
  )
}
