import { useEffect, useRef } from 'react'
import { Button } from './button.tsx'
import styles from './dialog.module.css'

interface DiscardQuestionProps {
  readonly onKeep: () => void
  readonly onDiscard: () => void
}

/** Asks in place of a dialog's buttons whether what was typed may go; what keeps it has the focus. */
export function DiscardQuestion({ onKeep, onDiscard }: DiscardQuestionProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => place.current?.querySelector('button')?.focus(), [])
  return (
    <div ref={place} role="alert" className={styles['question']}>
      <b>Discard what you typed?</b>
      <Button onClick={onKeep}>Keep writing</Button>
      <Button kind="danger" onClick={onDiscard}>
        Discard
      </Button>
    </div>
  )
}
