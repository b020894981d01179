import type { ChangeRow } from './change-rows.ts'
import styles from './stage-glyph.module.css'

type Glyph = Pick<ChangeRow, 'status' | 'stage' | 'decision' | 'recordId' | 'verdict'>

/** How far a change is: which of change, assessment, decision and record is done, and a sentence of it. */
export function placeOf(row: Glyph): { readonly done: number; readonly words: string } {
  if (row.status === 'dismissed') return { done: -1, words: 'Dismissed' }
  if (row.stage === 'closed') return { done: 4, words: 'Closed' }
  if (row.recordId !== null) return { done: 4, words: row.decision === 'not_act' ? 'Recorded: not to act' : 'Recorded' }
  if (row.decision === 'proposed') return { done: 2, words: 'Waits for approval' }
  if (row.status !== 'confirmed')
    return { done: 0, words: row.verdict === null ? 'Waits to be confirmed' : 'Assessed, waits to be confirmed' }
  return row.verdict === null
    ? { done: 1, words: 'Confirmed, waits for an assessment' }
    : { done: 2, words: 'Assessed, waits for a decision' }
}

/** Four dots on a line: filled is done, the ring is where it stands. */
export function StageGlyph({ row }: { readonly row: Glyph }) {
  const { done, words } = placeOf(row)
  return (
    <svg className={styles['glyph']} viewBox="0 0 58 14" role="img" aria-label={words}>
      <title>{words}</title>
      {[0, 1, 2].map((index) => (
        <line
          key={index}
          className={index < done ? styles['on'] : undefined}
          x1={5 + index * 16}
          x2={5 + (index + 1) * 16}
          y1="7"
          y2="7"
        />
      ))}
      {[0, 1, 2, 3].map((index) => (
        <circle
          key={index}
          className={index < done ? styles['done'] : index === done ? styles['now'] : undefined}
          cx={5 + index * 16}
          cy="7"
          r={index === done ? 4 : 3.5}
        />
      ))}
    </svg>
  )
}
