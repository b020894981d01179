import { CheckIcon, LockIcon } from 'lucide-react'
import type { LifeStep } from './life-line.ts'
import styles from './life.module.css'

/** The life of a change as a line that stays in sight: each step leads to its section. */
export function LifeLine({ steps }: { readonly steps: readonly LifeStep[] }) {
  return (
    <nav className={styles['line']} aria-label="Life of this change">
      {steps.map(({ key, label, state, fact }, index) => (
        <a key={key} href={`#${key}`} className={styles[state]} aria-current={state === 'now' ? 'step' : undefined}>
          <span className={styles['dot']} aria-hidden>
            {state === 'done' ? (
              <CheckIcon strokeWidth={3} />
            ) : key === 'record' && state === 'to_come' ? (
              <LockIcon />
            ) : (
              index + 1
            )}
          </span>
          <span className={styles['step']}>
            <b>{label}</b>
            <span className="unseen">{state === 'done' ? ', done' : state === 'now' ? ', now' : ', to come'}: </span>
            <small>{fact}</small>
          </span>
        </a>
      ))}
    </nav>
  )
}
