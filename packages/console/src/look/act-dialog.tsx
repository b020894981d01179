import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Problem } from './problem.tsx'
import { tell } from './toast.tsx'

interface ActDialogProps {
  readonly title: string
  /** The verb that does it, as in “Remove Ada”. */
  readonly button: string
  readonly kind?: 'danger' | 'primary'
  readonly act: () => Promise<unknown>
  /** What is said in passing once it is done. */
  readonly done: string
  readonly onClose: () => void
  /** What it does, in words. */
  readonly children: ReactNode
}

/** Asks before something is done that is felt by others or can't be taken back, and says what it does. */
export function ActDialog({ title, button, kind = 'danger', act, done, onClose, children }: ActDialogProps) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: act,
    onSuccess: () => {
      onClose()
      tell(done)
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
          <Button kind={kind} busy={isPending} onClick={() => mutate()}>
            {button}
          </Button>
        </>
      }
    >
      <div className="soft">{children}</div>
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}
