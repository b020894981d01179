import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { instantOf } from '../api/instants.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMe } from '../app/me.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Loading } from '../look/empty.tsx'
import { Field, Select } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { approversOf, peopleQuery } from './policies.ts'
import styles from './policy.module.css'

/** Having another person approve in one's place, for a time. */
export function DelegateDialog({ onClose }: { readonly onClose: () => void }) {
  const me = useMe()
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [chosen, setChosen] = useState<string>()
  const people = useQuery(peopleQuery)
  const others = approversOf(people.data).filter(({ value }) => value !== me.accountId)
  const to = chosen ?? others[0]?.value ?? ''
  const { mutate, error, isPending } = useMutation({
    mutationFn: (form: FormData) =>
      withProof(() =>
        api.delegateApprovals({
          body: {
            to,
            until: instantOf(`${typed(form, 'until')}T23:59:59`),
            reason: typed(form, 'reason').trim(),
          },
          idempotencyKey: key,
        }),
      ),
    onSuccess: async ({ toName }) => {
      await client.invalidateQueries({ queryKey: ['delegations'] })
      tell('Delegated', `${toName ?? 'They'} may approve in your place.`)
      onClose()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(new FormData(event.currentTarget))
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Have somebody approve for you"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="delegate" busy={isPending} disabled={to === ''}>
            Delegate
          </Button>
        </>
      }
    >
      <p className="soft">
        Where a rule names you, they approve as themselves, in your place, which counts once. What you may not approve,
        they don’t approve for you. The record says in whose place.
      </p>
      {people.error === null ? null : <Problem error={people.error} />}
      {people.isPending ? <Loading what="the people" /> : null}
      {people.data !== undefined && others.length === 0 ? (
        <p>Nobody else of this workspace has a role that may approve.</p>
      ) : (
        <form id="delegate" className={styles['form']} onSubmit={submit}>
          <Select label="To" value={to} options={others} onChange={setChosen} error={faultOf(error, 'to')} />
          <Field
            label="Until the end of"
            name="until"
            type="date"
            hint="A year ahead at most."
            required
            error={faultOf(error, 'until')}
          />
          <Field label="Reason" name="reason" required maxLength={500} error={faultOf(error, 'reason')} />
          {error === null ? null : <Problem error={error} />}
        </form>
      )}
    </Dialog>
  )
}
