import { Card } from '../look/card.tsx'
import { Table } from '../look/table.tsx'
import type { RecordContent } from './records.ts'
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
              { name: 'Metric', cell: ({ metric }) => metric },
              { name: 'Before', wideOnly: true, isNumber: true, cell: ({ before }) => before },
              { name: 'After', wideOnly: true, isNumber: true, cell: ({ after }) => after },
              {
                name: 'Difference',
                isNumber: true,
                cell: ({ difference, interval }) => (
                  <>
                    {difference} <span className="faint">{interval}</span>
                  </>
                ),
              },
              { name: 'Margin', isNumber: true, cell: ({ margin }) => margin },
              { name: 'Pairs', wideOnly: true, isNumber: true, cell: ({ pairs }) => pairs },
              { name: 'Verdict', cell: ({ verdict }) => verdict },
            ]}
          />
        </Card>
      )}
    </>
  )
}
