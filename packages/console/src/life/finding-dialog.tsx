import type { Change } from '@afterai/client'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Select, TextArea } from '../look/field.tsx'
import { ActDialog } from './act-dialog.tsx'
import type { ConditionState } from '../pacr/conditions.ts'

const outcomes = [
  { value: 'met', label: 'It is met' },
  { value: 'broken', label: 'It is broken' },
] as const

interface FindingProps {
  readonly change: Change
  readonly recordId: string
  readonly condition: ConditionState
  readonly onClose: () => void
}

/** Saying of a condition of a record that it is met, or broken, and by what one knows it. */
export function FindingDialog({ change, recordId, condition, onClose }: FindingProps) {
  const [outcome, setOutcome] = useState<(typeof outcomes)[number]['value']>('met')
  const [note, setNote] = useState('')
  return (
    <ActDialog
      change={change}
      title="How the condition stands"
      means={
        outcome === 'broken'
          ? 'A broken condition opens the decision again: what runs counts as running under a broken condition until another decision supersedes it. It stays broken, whatever is found later.'
          : 'Your name and what you looked at stand by it, and the closure seals it.'
      }
      act="Say so"
      done={outcome === 'broken' ? 'Broken: it has to be decided again' : 'Noted'}
      run={(idempotencyKey) =>
        api.noteFinding({
          path: { id: recordId },
          body: { condition: condition.name, outcome, note: note.trim() },
          idempotencyKey,
        })
      }
      onClose={onClose}
    >
      {(error) => (
        <>
          <p>
            <b>{condition.words}</b>
          </p>
          <Select
            label="Outcome"
            value={outcome}
            options={outcomes}
            onChange={(value) => setOutcome(value as typeof outcome)}
          />
          <TextArea
            label="What you looked at"
            required
            maxLength={2000}
            value={note}
            onChange={({ target }) => setNote(target.value)}
            error={faultOf(error, 'note')}
          />
        </>
      )}
    </ActDialog>
  )
}
