import { Card } from '../look/card.tsx'
import { Table } from '../look/table.tsx'
import type { RecordContent } from './records.ts'
import styles from './records.module.css'
import { assessedWords, sealedRows } from './sealed-metrics.ts'

/** An assessment as a record holds it: the verdict, and each metric with its numbers. */
export function SealedAssessment({ assessment }: { readonly assessment: RecordContent['assessments'][number] }) {
  const rows = sealedRows(assessment)
  return (
    <>
      <p>{assessedWords(assessment)}</p>
      {rows.length === 0 ? null : (
        <Card>
          <Table
            caption="Metrics of the assessment, as they were sealed"
            rows={rows}
            keyOf={({ metric }) => metric}
            columns={[
              {
                name: 'Metric',
                cell: ({ metric, pairs }) => (
                  <>
                    {metric} <span className={styles['title']}>{pairs} pairs</span>
                  </>
                ),
              },
              {
                name: 'Before → after',
                wideOnly: true,
                isNumber: true,
                cell: ({ before, after }) => `${before} → ${after}`,
              },
              {
                name: 'Difference',
                isNumber: true,
                cell: ({ difference, interval }) => (
                  <span className={styles['sealed']}>
                    {difference} <span className={styles['title']}>{interval}</span>
                  </span>
                ),
              },
              {
                name: 'Margin',
                isNumber: true,
                cell: ({ margin }) => <span className={styles['sealed']}>{margin}</span>,
              },
              { name: 'Verdict', cell: ({ verdict }) => <span className={styles['sealed']}>{verdict}</span> },
            ]}
          />
        </Card>
      )}
    </>
  )
}
