import { type ReactNode, useId } from 'react'
import styles from './card.module.css'

/** A bordered ground for what belongs together, with its heading above. */
export function Card({
  title,
  note,
  children,
}: {
  readonly title?: string
  readonly note?: ReactNode
  readonly children: ReactNode
}) {
  const id = useId()
  if (title === undefined) return <div className={styles['card']}>{children}</div>
  return (
    <section aria-labelledby={id} className={styles['section']}>
      <h2 id={id} className={styles['title']}>
        {title}
        {note === undefined ? null : <span className={styles['note']}>{note}</span>}
      </h2>
      <div className={styles['card']}>{children}</div>
    </section>
  )
}

/** Facts as pairs of a name and a value; those without a value are left out. */
export function Facts({
  of,
  padded = false,
}: {
  readonly of: readonly (readonly [name: string, value: ReactNode])[]
  readonly padded?: boolean
}) {
  return (
    <dl className={`${styles['facts']} ${padded ? styles['padded'] : ''}`}>
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
