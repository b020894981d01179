import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { instantOf } from '../api/instants.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMe } from '../app/me.ts'
import { peopleQuery } from '../identity/people.ts'
import { PersonPicker } from '../identity/people-picker.tsx'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './policy.module.css'

/** Having another person approve in one's place, for a time. */
export function DelegateDialog({ onClose }: { readonly onClose: () => void }) {
  const me = useMe()
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [to, setTo] = useState('')
  const approvers = useQuery(peopleQuery({ permission: 'decision:approve' }))
  const isAlone = approvers.data?.people.every(({ accountId }) => accountId === me.accountId) ?? false
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
      {approvers.error === null ? null : <Problem error={approvers.error} />}
      {isAlone ? (
        <p>Nobody else of this workspace has a role that may approve.</p>
      ) : (
        <form id="delegate" className={styles['form']} onSubmit={submit}>
          <PersonPicker
            label="To"
            permission="decision:approve"
            except={[me.accountId]}
            others={[{ value: '', label: 'Choose a person' }]}
            value={to}
            onChange={setTo}
            error={faultOf(error, 'to')}
          />
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
