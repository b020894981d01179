import type { Envelope } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { EnvelopeTerms } from './envelopes-card.tsx'

interface SettleProps {
  readonly envelope: Envelope
  readonly what: 'approve' | 'revoke'
  readonly onClose: () => void
}

const words = {
  approve: {
    title: 'Approve the envelope',
    means:
      'From now on whatever lies within runs without a decision of its own, until it ends. What you agree to is sealed in the log.',
    act: 'Approve the envelope',
    done: 'In force',
  },
  revoke: {
    title: 'Revoke the envelope',
    means: 'From now on such changes are decided by the rules again. What ran by it until now stays as it was.',
    act: 'Revoke the envelope',
    done: 'Revoked',
  },
} as const

/** Agreeing to an envelope that somebody else proposed, or ending one: what it means, and its terms once more. */
export function SettleEnvelopeDialog({ envelope, what, onClose }: SettleProps) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const { title, means, act, done } = words[what]
  const asked = { path: { id: envelope.id }, body: {}, idempotencyKey: key }
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => withProof(() => (what === 'approve' ? api.approveEnvelope(asked) : api.revokeEnvelope(asked))),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['envelopes'] })
      void client.invalidateQueries({ queryKey: ['standings'] })
      tell(done, envelope.title)
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={what === 'revoke' ? 'danger' : 'primary'} busy={isPending} onClick={() => mutate()}>
            {act}
          </Button>
        </>
      }
    >
      <p>
        <b>{envelope.title}</b>
      </p>
      <p className="soft">{means}</p>
      <EnvelopeTerms envelope={envelope} />
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}
