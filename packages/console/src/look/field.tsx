import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from 'react'
import styles from './field.module.css'

interface Labelled {
  readonly label: string
  /** What helps to fill it in. */
  readonly hint?: ReactNode
  /** What is wrong with it, as the server or the form found. */
  readonly error?: string | undefined
}

/** A line of text with its label, a hint and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  ...input
}: Labelled & Omit<InputHTMLAttributes<HTMLInputElement>, 'className'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input {...input} {...describe(id, hint, error)} className={styles['control']} />
    </Frame>
  )
}

/** Several lines of text with their label. */
export function TextArea({
  label,
  hint,
  error,
  ...input
}: Labelled & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className'>) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={3}
        {...input}
        {...describe(id, hint, error)}
        className={`${styles['control']} ${styles['area']}`}
      />
    </Frame>
  )
}

interface SelectProps extends Labelled {
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string) => void
}

/** One of a few values, by the browser's own list. */
export function Select({ label, hint, error, value, options, onChange }: SelectProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select
        {...describe(id, hint, error)}
        className={styles['control']}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  )
}

function describe(id: string, hint: ReactNode, error: string | undefined) {
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(Boolean)
  return {
    id,
    'aria-describedby': described.length === 0 ? undefined : described.join(' '),
    'aria-invalid': error === undefined ? undefined : true,
  }
}

function Frame({ id, label, hint, error, children }: Labelled & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      {children}
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
    </div>
  )
}
