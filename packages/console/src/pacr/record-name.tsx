import { Link } from '@tanstack/react-router'
import type { RecordRow } from './records.ts'
import { recordTitle } from './record-words.ts'
import styles from './records.module.css'

/** What was decided of which change, leading to its record. */
export function RecordName({ record }: { readonly record: RecordRow }) {
  return (
    <>
      <Link to="/records/$id" params={{ id: record.id }}>
        {recordTitle(record)}
      </Link>
      <span className={styles['title']}>{record.title}</span>
    </>
  )
}
