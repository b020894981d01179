import type { Change } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { TextArea } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'

/** Saying that a change is none, and why. */
export function DismissDialog({ change, onClose }: { readonly change: Change; readonly onClose: () => void }) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [reason, setReason] = useState('')
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() =>
        api.dismissChange({ path: { id: change.id }, body: { reason: reason.trim() }, idempotencyKey: key }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', change.id] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      tell('Dismissed', change.title)
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Dismiss the change"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={isPending} onClick={() => mutate()}>
            Dismiss change
          </Button>
        </>
      }
    >
      <p className="soft">It stays in the record, as one that was none.</p>
      <TextArea
        label="Why"
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        maxLength={2000}
      />
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}
