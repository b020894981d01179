import { type ReactNode, useId } from 'react'
import styles from './field.module.css'

interface ChoicesProps<Value extends string> {
  readonly label: string
  readonly hint?: ReactNode
  /** What is wrong with what was chosen, as the server or the form found. */
  readonly error?: string | undefined
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly chosen: readonly Value[]
  readonly onChange: (chosen: Value[]) => void
}

/** Any of a few values, as boxes to tick under one label. They are told in the order of the options. */
export function Choices<Value extends string>({ label, hint, error, options, chosen, onChange }: ChoicesProps<Value>) {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(Boolean)
  // What was chosen and is no option any more stays chosen, and is shown: it is the reader's to leave out.
  const unlisted = chosen.filter((it) => !options.some(({ value }) => value === it))
  const offered = [...options, ...unlisted.map((value) => ({ value, label: `${value} (not to be chosen any more)` }))]
  const toggle = (value: Value, isOn: boolean) =>
    onChange(offered.map((it) => it.value).filter((it) => (it === value ? isOn : chosen.includes(it))))
  return (
    <fieldset className={styles['choices']} aria-describedby={described.length === 0 ? undefined : described.join(' ')}>
      <legend className={styles['label']}>{label}</legend>
      {offered.map((option) => (
        <label key={option.value}>
          <input
            type="checkbox"
            checked={chosen.includes(option.value)}
            onChange={({ target }) => toggle(option.value, target.checked)}
          />
          {option.label}
        </label>
      ))}
      {hint === undefined ? null : (
        <small id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </small>
      )}
      {error === undefined ? null : (
        <small id={`${id}-error`} className={styles['error']}>
          {error}
        </small>
      )}
    </fieldset>
  )
}
