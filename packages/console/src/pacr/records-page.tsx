import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Verdict } from '../look/badge.tsx'
import { Button, buttonClass } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import { recordTitle } from './record-words.ts'
import styles from './records.module.css'

/** All sealed decisions, newest first. */
export function RecordsPage() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['records', 'all'],
    queryFn: ({ pageParam, signal }) =>
      api.listRecords({ query: { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const records = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Page
      title="Records"
      actions={
        <a href="/verify" className={buttonClass()}>
          Verify a record file
        </a>
      }
    >
      <PageBody>
        {isPending ? <Loading what="the records" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data !== undefined && records.length === 0 ? (
          <Empty title="No decision has been sealed yet">
            <p>
              When an approver agrees with a decision on a change, both are sealed and signed as a record that nobody
              can alter.
            </p>
            <Link to="/changes" search={{ view: 'open' }} className="link">
              See the open changes
            </Link>
          </Empty>
        ) : null}
        {records.length === 0 ? null : (
          <Card>
            <Table
              caption="Records"
              rows={records}
              keyOf={({ id }) => id}
              columns={[
                {
                  name: 'Decision',
                  cell: (record) => (
                    <Link to="/records/$id" params={{ id: record.id }}>
                      {recordTitle(record)}
                    </Link>
                  ),
                },
                { name: 'Environment', wideOnly: true, cell: ({ environment }) => environment },
                {
                  name: 'Evidence',
                  cell: ({ verdict }) =>
                    verdict === 'none' ? <span className="faint">none</span> : <Verdict verdict={verdict} />,
                },
                {
                  name: 'Log entry',
                  wideOnly: true,
                  isNumber: true,
                  cell: ({ logIndex }) =>
                    logIndex === null ? <span className="faint">on its way</span> : logIndex.toLocaleString('en'),
                },
                { name: 'Sealed', isNumber: true, cell: ({ sealedAt }) => <Exactly at={sealedAt} /> },
              ]}
            />
          </Card>
        )}
        {hasNextPage ? (
          <p className={styles['more']}>
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              More records
            </Button>
          </p>
        ) : null}
      </PageBody>
    </Page>
  )
}
