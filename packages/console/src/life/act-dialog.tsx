import type { Change } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { withProof } from '../identity/step-up.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'

interface ActProps {
  readonly change: Pick<Change, 'id' | 'title'>
  readonly title: string
  /** What it means, before anybody does it. */
  readonly means: ReactNode
  /** The verb of the button. */
  readonly act: string
  /** The word of the message once it is done. */
  readonly done: string
  readonly run: (idempotencyKey: string) => Promise<unknown>
  readonly onClose: () => void
  /** The fields, given what was refused of the last try. */
  readonly children?: (error: unknown) => ReactNode
}

/** Doing one thing to a change: what it means, what has to be said for it, a fresh proof where the server wants one. */
export function ActDialog({ change, title, means, act, done, run, onClose, children }: ActProps) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => withProof(() => run(key)),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', change.id] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      void client.invalidateQueries({ queryKey: ['standings'] })
      tell(done, change.title)
      onClose()
    },
  })
  return (
    <FormDialog title={title} act={act} busy={isPending} onSend={() => mutate()} onClose={onClose}>
      <p className="soft">{means}</p>
      {children?.(error)}
      {error === null ? null : <Problem error={error} />}
    </FormDialog>
  )
}
