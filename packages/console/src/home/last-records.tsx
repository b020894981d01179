import { useQuery } from '@tanstack/react-query'
import { useMay } from '../app/me.ts'
import { Card } from '../look/card.tsx'
import { Ago } from '../look/time.tsx'
import { recordsQuery } from '../pacr/records.ts'
import { Table } from '../look/table.tsx'
import { RecordName } from '../pacr/record-name.tsx'

/** The last five records, for whoever has nothing to do and wants to look. */
export function LastRecords() {
  const may = useMay()
  const { data } = useQuery({ ...recordsQuery({ limit: 5 }), enabled: may('record:read') })
  if (data === undefined || data.items.length === 0) return null
  return (
    <Card title="Last records">
      <Table
        caption="The last five records"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Record',
            cell: (record) => <RecordName record={record} />,
          },
          { name: 'Where', wideOnly: true, cell: ({ system, environment }) => `${system} · ${environment}` },
          { name: 'Sealed', isNumber: true, cell: ({ sealedAt }) => <Ago at={sealedAt} /> },
        ]}
      />
    </Card>
  )
}
