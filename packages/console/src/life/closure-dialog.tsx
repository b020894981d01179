import type { Operations } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { Select, TextArea } from '../look/field.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import type { Dossier } from './dossier.ts'

type Outcome = NonNullable<Operations['verifyChange']['body']['outcome']>
type Code = Operations['closeChange']['body']['code']

const outcomes = [
  { value: 'verified', label: 'It does what it was decided for' },
  { value: 'failed', label: 'It doesn’t' },
] as const
const codes = [
  { value: 'successful', label: 'It went well' },
  { value: 'successful_issues', label: 'It went well, with problems' },
  { value: 'unsuccessful', label: 'It failed' },
  { value: 'cancelled', label: 'It never ran' },
] as const

interface ClosureProps {
  readonly dossier: Dossier
  readonly what: 'verify' | 'close'
  readonly onClose: () => void
}

/** Saying whether what runs does what it was decided for, or that the life of a change is over. */
export function ClosureDialog({ dossier: { change, life }, what, onClose }: ClosureProps) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [outcome, setOutcome] = useState<Outcome>('verified')
  const [code, setCode] = useState<Code>(
    life.verification === 'failed' || life.running === 'rolled_back' ? 'unsuccessful' : 'successful',
  )
  const [text, setText] = useState('')
  const path = { id: change.id }
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      await withProof(() =>
        what === 'verify'
          ? api.verifyChange({ path, body: { outcome, evidence: text.trim() }, idempotencyKey: key })
          : api.closeChange({
              path,
              body: { code, ...(text.trim() === '' ? {} : { notes: text.trim() }) },
              idempotencyKey: key,
            }),
      )
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', change.id] })
      tell(what === 'verify' ? 'Noted' : 'Closed', change.title)
      onClose()
    },
  })
  return (
    <FormDialog
      title={what === 'verify' ? 'Does it do what it should?' : 'Close the change'}
      act={what === 'verify' ? 'Say so' : 'Close and seal'}
      busy={isPending}
      onSend={() => mutate()}
      onClose={onClose}
    >
      {what === 'verify' ? (
        <Select label="Outcome" value={outcome} options={outcomes} onChange={(value) => setOutcome(value as Outcome)} />
      ) : (
        <Select label="How it ended" value={code} options={codes} onChange={(value) => setCode(value as Code)} />
      )}
      <TextArea
        label={what === 'verify' ? 'By which evidence' : 'Notes'}
        hint={what === 'verify' ? 'What you looked at: a dashboard, a sample of answers, numbers.' : undefined}
        required={what === 'verify'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={faultOf(error, what === 'verify' ? 'evidence' : 'notes')}
      />
      {error === null ? null : <Problem error={error} />}
    </FormDialog>
  )
}
