import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { TextArea } from '../look/field.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { type Triaged, useTriage } from './triage.ts'
import { TriagedTitles, TriageProgress } from './triage-progress.tsx'

interface DismissDialogProps {
  readonly changes: readonly Triaged[]
  readonly onClose: () => void
  readonly onDone?: (ids: readonly string[]) => void
}

/** Saying that changes are none, and why. */
export function DismissDialog({ changes, onClose, onDone }: DismissDialogProps) {
  const [reason, setReason] = useState('')
  const triage = useTriage({
    changes,
    word: 'Dismissed',
    act: (id, idempotencyKey) =>
      withProof(() => api.dismissChange({ path: { id }, body: { reason: reason.trim() }, idempotencyKey })),
    onDone: (ids) => {
      onDone?.(ids)
      onClose()
    },
  })
  function leave() {
    triage.stop()
    onClose()
  }
  return (
    <FormDialog
      title={changes.length === 1 ? 'Dismiss the change' : `Dismiss ${changes.length} changes`}
      act={changes.length === 1 ? 'Dismiss change' : 'Dismiss them'}
      busy={triage.isPending}
      leave={triage.isPending ? 'Stop' : 'Cancel'}
      onSend={triage.run}
      onClose={leave}
    >
      <TriagedTitles changes={changes} />
      <p className="soft">
        {changes.length === 1
          ? 'It stays in the record, as one that was none.'
          : 'They stay in the record, as ones that were none.'}
      </p>
      <TextArea
        label="Why"
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
        error={faultOf(triage.refused[0]?.error ?? null, 'reason')}
      />
      <TriageProgress triage={triage} changes={changes} />
    </FormDialog>
  )
}
