import { clock, everyZone, shortDay } from '../api/instants.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'

/** What happened to a change, the oldest first. */
export function History({ items }: { readonly items: Dossier['history'] }) {
  if (items.length === 0) return null
  return (
    <section aria-labelledby="history">
      <h2 id="history" className={styles['sideTitle']}>
        What happened
      </h2>
      <ol className={styles['history']}>
        {items.map(({ at, action, actorName, text }, index) => (
          <li key={`${at} ${action} ${index}`}>
            <time className="number" dateTime={at} title={everyZone(at)}>
              {shortDay(at)} {clock(at)}
            </time>
            <span>
              {text} {actorName === null ? null : <span className="faint">{actorName}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
