import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import styles from './check.module.css'

interface CheckProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'type'> {
  readonly label: ReactNode
  /** What it means, where the label can't say it. */
  readonly hint?: ReactNode
}

/** A box to tick, its label beside it: the whole line is the target. */
export function Check({ label, hint, ...input }: CheckProps) {
  const id = useId()
  return (
    <div className={styles['check']}>
      <label>
        <input {...input} type="checkbox" aria-describedby={hint === undefined ? undefined : id} />
        <span>{label}</span>
      </label>
      {hint === undefined ? null : <small id={id}>{hint}</small>}
    </div>
  )
}
