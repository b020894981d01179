import { FileUpIcon } from 'lucide-react'
import { type DragEvent, useState } from 'react'
import styles from './assess.module.css'

interface DropZoneProps {
  /** What it is a place for, as the field's name. */
  readonly label: string
  readonly onFiles: (files: readonly File[]) => void
}

/** A place to drop a file of results, or two at once; choosing by its field is the same. */
export function DropZone({ label, onFiles }: DropZoneProps) {
  const [isOver, setOver] = useState(false)
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const files = [...event.dataTransfer.files]
    if (files.length > 0) onFiles(files)
  }
  return (
    // The label is its field's ground: dropping on it is what choosing by its field is, which keyboards and readers have.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <label
      className={`${styles['drop']} ${isOver ? styles['over'] : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUpIcon aria-hidden />
      <b>Drop a file of results, or choose one</b>
      <span>promptfoo, Inspect, CSV, JSON lines, JUnit and more; two at once fill both sides.</span>
      <input
        type="file"
        multiple
        className="unseen"
        aria-label={label}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])]
          if (files.length > 0) onFiles(files)
          target.value = ''
        }}
      />
    </label>
  )
}
