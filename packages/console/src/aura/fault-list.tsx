import type { Preview } from './evaluations.ts'
import { faultWords, placeWords } from './fault-words.ts'
import styles from './assess.module.css'

type Fault = Preview['faults'][number]

/** What is wrong with a file, each with its place and what to do. */
export function FaultList({ faults, more }: { readonly faults: readonly Fault[]; readonly more: number }) {
  return (
    <div className={styles['faults']} role="alert">
      <b>
        {faults.length + more === 1
          ? 'One thing keeps it from being read'
          : `${(faults.length + more).toLocaleString('en')} things keep it from being read`}
      </b>
      <ul>
        {faults.map((fault, index) => (
          <li key={`${fault.code} ${index}`}>
            <span className={styles['place']}>{placeWords(fault)}</span>
            {faultWords(fault)}
          </li>
        ))}
      </ul>
      {more === 0 ? null : <p>and {more.toLocaleString('en')} more like these.</p>}
    </div>
  )
}
