import { type Ref, useState } from 'react'
import styles from './search-line.module.css'

interface SearchLineProps {
  /** What the field is for, to who doesn't see it. */
  readonly label: string
  readonly placeholder: string
  /** What the address says. */
  readonly value: string
  readonly set: (text: string) => void
  readonly field?: Ref<HTMLInputElement>
}

/** A line to search by: what was typed is asked for on Enter, and when the field is left. Give it the address's value as its key. */
export function SearchLine({ label, placeholder, value, set, field }: SearchLineProps) {
  const [text, setText] = useState(value)
  const ask = () => (text.trim() === value ? undefined : set(text.trim()))
  return (
    <form
      className={styles['search']}
      onSubmit={(event) => {
        event.preventDefault()
        ask()
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={ask}
      />
    </form>
  )
}
