import { type FormEvent, useState } from 'react'
import { PersonPicker } from '../identity/people-picker.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { type ChangeSearch, choices, readChangeSearch } from './change-search.ts'
import { originWords } from './change-words.ts'
import styles from './changes.module.css'

const names = ['system', 'environment', 'severity', 'class', 'origin', 'by', 'since', 'until'] as const

interface FilterDialogProps {
  readonly search: ChangeSearch
  readonly set: (search: ChangeSearch, replace?: boolean) => void
  readonly onClose: () => void
}

/** The filters that are seldom set, all at once. */
export function FilterDialog({ search, set, onClose }: FilterDialogProps) {
  const [wanted, setWanted] = useState<Readonly<Partial<Record<(typeof names)[number], string>>>>(search)
  const field = (name: (typeof names)[number]) => ({
    value: wanted[name] ?? '',
    onChange: (value: string) => setWanted({ ...wanted, [name]: value }),
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    const filled = names.flatMap((name) => ((wanted[name] ?? '').trim() === '' ? [] : [[name, wanted[name]?.trim()]]))
    const kept = Object.fromEntries(
      Object.entries(search).filter(([name]) => !(names as readonly string[]).includes(name)),
    )
    set(readChangeSearch({ ...kept, ...Object.fromEntries(filled) }), false)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Filter the changes"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="filters">
            Show these
          </Button>
        </>
      }
    >
      <form id="filters" className={styles['form']} onSubmit={submit}>
        <Text label="System" hint="Its whole name." {...field('system')} />
        <Text label="Environment" hint="Such as production." {...field('environment')} />
        <Select
          label="Severity"
          options={options('Any', choices.severity, (it) => it[0]?.toUpperCase() + it.slice(1))}
          {...field('severity')}
        />
        <Select
          label="Class"
          options={options('Any', choices.class, (it) => it[0]?.toUpperCase() + it.slice(1))}
          {...field('class')}
        />
        <Select
          label="Where it came from"
          options={options('Anywhere', choices.origin, originWords)}
          {...field('origin')}
        />
        <PersonPicker label="Opened by" others={[{ value: '', label: 'Anybody' }]} {...field('by')} />
        <Text label="Opened on this day or later" type="date" {...field('since')} />
        <Text label="Opened before this day" type="date" {...field('until')} />
      </form>
    </Dialog>
  )
}

interface TextProps {
  readonly label: string
  readonly hint?: string
  readonly type?: 'text' | 'date'
  readonly value: string
  readonly onChange: (value: string) => void
}

function Text({ onChange, ...rest }: TextProps) {
  return <Field maxLength={200} {...rest} onChange={(event) => onChange(event.target.value)} />
}

function options(none: string, values: readonly string[], words: (value: string) => string) {
  return [{ value: '', label: none }, ...values.map((value) => ({ value, label: words(value) }))]
}
