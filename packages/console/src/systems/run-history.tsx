import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import { historyQuery } from './history.ts'
import { RanAt } from './ran-at.tsx'
import { StandingBadge } from './standing-badge.tsx'
import styles from './systems.module.css'

/** What an environment ran with, run by run: since when, by which change, who decided. */
export function RunHistory({ system, environment }: { readonly system: string; readonly environment: string }) {
  const { data, error, refetch } = useQuery(historyQuery(system, environment))
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined || data.items.length === 0) return null
  return (
    <Card title={`What ran in ${environment}`} note={data.nextCursor === null ? 'newest first' : 'the newest 50'}>
      <Table
        caption={`What ran in ${environment}`}
        rows={data.items}
        keyOf={({ startedAt, fingerprint }) => `${startedAt} ${fingerprint}`}
        columns={[
          {
            name: 'Since',
            cell: ({ startedAt, endedAt }) => (
              <span className={styles['run']}>
                <Exactly at={startedAt} />
                <span className="faint">
                  {endedAt === null ? (
                    'runs now'
                  ) : (
                    <>
                      until <Exactly at={endedAt} />
                    </>
                  )}
                </span>
              </span>
            ),
          },
          {
            name: 'By',
            cell: ({ changeId, changeTitle, openedByName }) =>
              changeId === null ? (
                <span className="faint">no change</span>
              ) : (
                <span className={styles['run']}>
                  <Link className="link" to="/changes/$id" params={{ id: changeId }}>
                    {changeTitle ?? 'a change'}
                  </Link>
                  <span className="faint">{openedByName}</span>
                </span>
              ),
          },
          {
            name: 'Decided',
            wideOnly: true,
            cell: ({ recordId, decision, approvedBy }) =>
              recordId === null ? (
                <span className="faint">nobody</span>
              ) : (
                <span className={styles['run']}>
                  <Link className="link" to="/records/$id" params={{ id: recordId }}>
                    {decision === 'not_act' ? 'Not to act' : 'To go ahead'}
                  </Link>
                  <span className="faint">{approvedBy.join(', ')}</span>
                </span>
              ),
          },
          { name: 'Then', cell: ({ standing }) => <StandingBadge standing={standing} /> },
        ]}
      />
      <RanAt system={system} environment={environment} />
    </Card>
  )
}
