import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { FilterIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { Verdict } from '../look/badge.tsx'
import { Button, buttonClass } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { DaySpan } from '../look/day-span.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Menu } from '../look/menu.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { SearchLine } from '../look/search-line.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import { readRecordSearch, type RecordSearch, toRecordQuery } from './record-search.ts'
import { RecordName } from './record-name.tsx'
import styles from './records.module.css'

const decisionWords = { act: 'To act', not_act: 'Not to act' } as const

/** All sealed decisions, newest first; filters and search are the address. */
export function RecordsPage() {
  const search = useSearch({ from: '/in/records' })
  const navigate = useNavigate()
  const set = (next: RecordSearch) =>
    void navigate({ to: '/records', search: readRecordSearch({ ...next }), replace: true })
  const isNarrowed = Object.keys(search).length > 0
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['records', 'all', search],
    queryFn: ({ pageParam, signal }) =>
      api.listRecords({
        query: { ...toRecordQuery(search), limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
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
        <div className={styles['filters']} role="search" aria-label="Filter the records">
          <SearchLine
            key={search.q ?? ''}
            label="Title or system"
            placeholder="Title or system"
            value={search.q ?? ''}
            set={(q) => set({ ...search, q })}
          />
          <DaySpan
            since={search.since}
            until={search.until}
            set={({ since = '', until = '' }) => set({ ...search, since, until })}
          />
          <Menu
            label={search.decision === undefined ? 'Decision' : decisionWords[search.decision]}
            icon={<FilterIcon aria-hidden />}
            isSet={search.decision !== undefined}
            items={[
              { key: '', label: 'Any decision' },
              ...Object.entries(decisionWords).map(([key, label]) => ({ key, label })),
            ]}
            onPick={(decision) => set(readRecordSearch({ ...search, decision }))}
          />
          {isNarrowed ? (
            <Button kind="bare" onClick={() => set({})}>
              Clear
            </Button>
          ) : null}
        </div>
        {isPending ? <Loading what="the records" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data !== undefined && records.length === 0 && isNarrowed && !hasNextPage ? (
          <Empty title="No record fits these filters" />
        ) : null}
        {data !== undefined && records.length === 0 && !isNarrowed ? (
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
                  cell: (record) => <RecordName record={record} />,
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
