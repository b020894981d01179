import { type FormEvent, type KeyboardEvent, type ReactNode, useId } from 'react'
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
  function sendFromText(event: KeyboardEvent<HTMLFormElement>) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.currentTarget.requestSubmit()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{leave}</Button>
          {instead === undefined ? (
            <Button kind={kind} type="submit" form={form} busy={busy}>
              {act}
            </Button>
          ) : (
            instead
          )}
        </>
      }
    >
      <form id={form} className={styles['form']} onSubmit={submit} onKeyDown={sendFromText}>
        {children}
      </form>
    </Dialog>
  )
}
