import { api } from '../api/client.ts'
import { usePages } from '../api/pages.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './health.module.css'

/** What telemetry the server dropped at its edge, by door and name: it keeps no content, and nothing that it doesn't know. */
export function DroppedCard() {
  const { items, error, retry, hasMore, more, isReadingMore } = usePages(['dropped'], ({ query, signal }) =>
    api.listDroppedTelemetry({ query, signal }),
  )
  if (error !== null) return <Problem error={error} onRetry={retry} />
  if (items === undefined || items.length === 0) return null
  return (
    <Card title="Dropped telemetry" note="content, and names that aren’t known, never enter">
      <Table
        caption="Dropped telemetry"
        rows={items}
        keyOf={({ door, name }) => `${door} ${name}`}
        columns={[
          { name: 'Name', cell: ({ name }) => <code className="mono">{name}</code> },
          { name: 'Door', wideOnly: true, cell: ({ door }) => door },
          { name: 'Times', isNumber: true, cell: ({ count }) => count.toLocaleString('en') },
          { name: 'Last', isNumber: true, cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} /> },
        ]}
      />
      {hasMore ? (
        <p className={styles['more']}>
          <Button busy={isReadingMore} onClick={more}>
            More names
          </Button>
        </p>
      ) : null}
    </Card>
  )
}
