import type { DeltaItem } from './delta.ts'
import { shortDigest } from '../look/copyable.tsx'
import { pathWords, typeWords } from './change-words.ts'
import styles from './diff.module.css'

/** What differs between two configurations, grouped by category; how many values are the same. */
export function Diff({
  delta,
  unchanged,
}: {
  readonly delta: readonly DeltaItem[]
  readonly unchanged: number | null
}) {
  return (
    <>
      <table className={styles['diff']}>
        <caption className="unseen">What differs between the configuration before and after</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {delta.map((item, index) => (
            <tr key={item.path} className={delta[index - 1]?.category === item.category ? styles['same'] : undefined}>
              <th scope="row">
                <span className={styles['category']}>{typeWords(item.category)}</span> {pathWords(item.path)}
              </th>
              <td>
                <Value value={item.before} side="before" />
              </td>
              <td>
                <Value value={item.after} side="after" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {unchanged === null ? null : (
        <p className={styles['rest']}>
          {unchanged === 1 ? 'One value is the same' : `${unchanged} values are the same`}
        </p>
      )}
    </>
  )
}

function Value({ value, side }: { readonly value: DeltaItem['before']; readonly side: 'before' | 'after' }) {
  if (value === null) return <span className={styles['none']}>{side === 'before' ? 'not set' : 'removed'}</span>
  const text = String(value)
  const Element = side === 'before' ? 'del' : 'ins'
  return (
    <Element className={styles[side]} title={text}>
      <span aria-hidden>{side === 'before' ? '−' : '+'}</span>
      {/^(hmac-)?sha256:/.test(text) ? shortDigest(text) : text}
    </Element>
  )
}
