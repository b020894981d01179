import { clock, everyZone, shortDay } from '../api/instants.ts'
import type { Dossier } from './dossier.ts'
import { toldOf } from './history-words.ts'
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
        {items.map((item, index) => {
          const { before, by, after } = toldOf(item)
          return (
            <li key={`${item.at} ${item.action} ${index}`}>
              <time className="number" dateTime={item.at} title={everyZone(item.at)}>
                {shortDay(item.at)} {clock(item.at)}
              </time>
              <span>
                {before}
                {by === '' ? null : (
                  <>
                    {' '}
                    by <b>{by}</b>
                  </>
                )}
                {after}
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
