import { Problem } from '../look/problem.tsx'
import styles from './changes.module.css'
import type { Triage, Triaged } from './triage.ts'

/** How many of several are done, and why the others are not. */
export function TriageProgress({ triage, changes }: { readonly triage: Triage; readonly changes: readonly Triaged[] }) {
  const { done, refused, isPending } = triage
  return (
    <>
      {changes.length > 1 && (isPending || done > 0) ? (
        <p role="status" className="number">
          {done} of {changes.length} done
        </p>
      ) : null}
      {isPending
        ? null
        : refused.map(({ change, error }) => (
            <div key={change.id}>
              {changes.length === 1 ? null : <p className={styles['refused']}>{change.title}</p>}
              <Problem error={error} />
            </div>
          ))}
    </>
  )
}

/** What is meant, where it is more than the page's own change: the titles, the first five of them. */
export function TriagedTitles({ changes }: { readonly changes: readonly Triaged[] }) {
  if (changes.length === 1) return null
  return (
    <ul className={styles['titles']}>
      {changes.slice(0, 5).map(({ id, title }) => (
        <li key={id}>{title}</li>
      ))}
      {changes.length > 5 ? <li className="faint">and {changes.length - 5} more</li> : null}
    </ul>
  )
}
