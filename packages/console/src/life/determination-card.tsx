import { date } from '../api/instants.ts'
import { determinationWords } from './determination-words.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'

/** What people said of a change in the words of regulators: what holds, and what was said before. */
export function DeterminationCard({ determinations: { determination, items } }: Pick<Dossier, 'determinations'>) {
  if (determination === 'not_asked') return null
  const [latest, ...earlier] = items
  return (
    <section aria-labelledby="regulators">
      <h2 id="regulators" className={styles['sideTitle']}>
        To regulators
      </h2>
      <p>It is {determinationWords[determination]}.</p>
      {latest === undefined ? null : (
        <p className="faint">
          {latest.reason} {latest.determinedByName ?? 'A removed account'}, {date(latest.determinedAt)}
        </p>
      )}
      {earlier.length === 0 ? null : (
        <details className={styles['earlier']}>
          <summary>{earlier.length === 1 ? 'What was said before' : `${earlier.length} times before`}</summary>
          <ul>
            {earlier.map(({ id, determination: said, reason, determinedByName, determinedAt }) => (
              <li key={id}>
                {determinationWords[said]}: {reason} {determinedByName ?? 'A removed account'}, {date(determinedAt)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="faint">As people said. No legal advice.</p>
    </section>
  )
}
