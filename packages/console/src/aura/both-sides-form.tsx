import { useState } from 'react'
import { Button } from '../look/button.tsx'
import { Select } from '../look/field.tsx'
import type { BothSides } from './column-choices.ts'
import type { Reading } from './evaluations.ts'
import styles from './assess.module.css'

interface BothSidesFormProps {
  readonly sides: readonly BothSides[]
  readonly busy: boolean
  readonly bring: (parts: readonly { readonly part: string; readonly how: Reading }[]) => void
}

/** One file that holds both sides: which of its parts is before the change, and which after. */
export function BothSidesForm({ sides, busy, bring }: BothSidesFormProps) {
  const [way] = sides
  const [before, setBefore] = useState(way?.parts[0] ?? '')
  const [after, setAfter] = useState(way?.parts[1] ?? '')
  if (way === undefined) return null
  const options = way.parts.map((part) => ({ value: part, label: part }))
  const [from, to] = [
    way.parts.includes(before) ? before : way.parts[0],
    way.parts.includes(after) ? after : way.parts[1],
  ]
  return (
    <fieldset className={styles['both']}>
      <legend>
        It holds {way.parts.length} {way.by}: compare two of them
      </legend>
      <Select label="Before the change" value={from ?? ''} options={options} onChange={setBefore} />
      <Select
        label="After the change"
        value={to ?? ''}
        options={options}
        onChange={setAfter}
        error={from === to ? 'It is the same as before the change.' : undefined}
      />
      <Button
        kind="primary"
        busy={busy}
        disabled={from === to}
        onClick={() => bring([from ?? '', to ?? ''].map((part) => ({ part, how: way.readingOf(part) })))}
      >
        Bring in both sides
      </Button>
    </fieldset>
  )
}
