import { type FormEvent, type ReactNode, useCallback, useId } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import styles from './field.module.css'

interface FormDialogProps {
  readonly title: string
  /** The verb that sends it, with its icon where it has one. */
  readonly act: ReactNode
  readonly kind?: 'primary' | 'danger'
  readonly busy: boolean
  /** The word of the button that leaves it. */
  readonly leave?: string
  /** Stands in place of the button that sends, where something has to be done first; null where nothing can be sent. */
  readonly instead?: ReactNode
  readonly onSend: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A dialog that is a form: Enter sends it, Ctrl or ⌘ and Enter from a text of several lines, and the browser says which field is needed. */
export function FormDialog({
  title,
  act,
  kind = 'primary',
  busy,
  leave = 'Cancel',
  instead,
  onSend,
  onClose,
  children,
}: FormDialogProps) {
  const form = useId()
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    // What is sent waits for what has to be done first, however it is sent.
    if (instead === undefined && !busy) onSend()
  }
  const listen = useCallback((element: HTMLFormElement | null) => {
    element?.addEventListener('keydown', sendFromText)
    return () => element?.removeEventListener('keydown', sendFromText)
  }, [])
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{leave}</Button>
          {instead === undefined ? (
            // A button of its own: were it the one that stood in its place, the press on that one would send the form.
            <Button key="send" kind={kind} type="submit" form={form} busy={busy}>
              {act}
            </Button>
          ) : (
            instead
          )}
        </>
      }
    >
      <form id={form} className={styles['form']} ref={listen} onSubmit={submit}>
        {children}
      </form>
    </Dialog>
  )
}

function sendFromText(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  if (!(event.currentTarget instanceof HTMLFormElement)) return
  event.preventDefault()
  event.currentTarget.requestSubmit()
}
