import { useBlocker } from '@tanstack/react-router'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { forgetTyped, isTyped } from './typed.ts'

/** Asks before a page is left on which something was typed: by Back, by a link, by a key, or with its tab. Once, around all pages. */
export function LeaveGuard() {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next, action }) =>
      isTyped() &&
      // A page may write what it shows into its own address; Back takes it from under a dialog even there.
      (next.pathname !== current.pathname || action === 'BACK' || action === 'FORWARD' || action === 'GO'),
    enableBeforeUnload: isTyped,
    withResolver: true,
  })
  return (
    <Dialog
      open={status === 'blocked'}
      onClose={() => reset?.()}
      title="Discard what you typed?"
      footer={
        <>
          <Button onClick={() => reset?.()}>Keep writing</Button>
          <Button
            kind="danger"
            onClick={() => {
              forgetTyped()
              proceed?.()
            }}
          >
            Discard and leave
          </Button>
        </>
      }
    >
      <p className="soft">It wasn’t sent. Whoever leaves this page loses it.</p>
    </Dialog>
  )
}
