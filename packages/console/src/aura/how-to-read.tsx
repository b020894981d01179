import { useState } from 'react'
import { Select } from '../look/field.tsx'
import { mappingOf, type SaidRoles } from './column-choices.ts'
import { ColumnMap } from './column-map.tsx'
import type { Preview, Reading } from './evaluations.ts'
import type { LocalColumns } from './file-head.ts'
import styles from './assess.module.css'

interface HowToReadProps {
  readonly preview: Preview
  readonly local: LocalColumns | undefined
  readonly reading: Reading
  readonly change: (next: Partial<Reading>) => void
  readonly said: SaidRoles
  readonly say: (said: SaidRoles) => void
}

/** What there is to say of how a file is read: slices, one of several parts, the decimal mark, columns. */
export function HowToRead({ preview, local, reading, change, said, say }: HowToReadProps) {
  const { variables, choices, columns } = preview
  // Open where the file can't be read without it, and then as the reader left it.
  const [isOpen, setOpen] = useState(preview.run === null)
  return (
    <>
      {variables.length === 0 ? null : (
        <Select
          label="Slice by"
          hint="Each of its values is compared apart: what was lost in one doesn’t hide in the whole."
          value={reading.sliceVariable ?? ''}
          options={[
            { value: '', label: 'Nothing' },
            ...variables.map(({ name, values }) => ({ value: name, label: `${name}, ${values} values` })),
          ]}
          onChange={(sliceVariable) => change({ sliceVariable })}
        />
      )}
      {choices.map(({ by, names }) => (
        <Select
          key={by}
          label={by === 'provider' ? 'Read one provider' : 'Read one prompt'}
          value={reading[by] ?? ''}
          options={[{ value: '', label: 'Choose' }, ...names.map((name) => ({ value: name, label: name }))]}
          onChange={(name) => change({ [by]: name })}
        />
      ))}
      {!preview.faults.some(({ code }) => code === 'ambiguous_number') && reading.decimal === undefined ? null : (
        <Select
          label="Decimal mark"
          value={reading.decimal ?? ''}
          options={[
            { value: '', label: 'Choose' },
            { value: 'point', label: 'a point: 1.234 is little more than one' },
            { value: 'comma', label: 'a comma: 1.234 is a thousand and more' },
          ]}
          onChange={(value) => change(value === 'point' || value === 'comma' ? { decimal: value } : {})}
        />
      )}
      {columns.length === 0 ? null : (
        <details
          className={styles['details']}
          open={isOpen}
          onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
        >
          <summary>Columns: {columns.length}</summary>
          <ColumnMap
            preview={preview}
            local={local}
            said={said}
            say={(next) => {
              say(next)
              change({ mapping: mappingOf(columns, next, local) ?? '' })
            }}
          />
        </details>
      )}
    </>
  )
}
