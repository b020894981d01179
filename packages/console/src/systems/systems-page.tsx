import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Command } from '../look/command.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import { StandingBadge } from './standing-badge.tsx'
import { rankOf } from './standings.ts'
import styles from './systems.module.css'

/** All systems, the worst first: who owns each, whether what it runs with may run, what is open. */
export function SystemsPage() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['systems', 'rows'],
    queryFn: ({ pageParam, signal }) =>
      api.listSystemRows({ query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  const systems = (data?.pages.flatMap(({ items }) => items) ?? []).toSorted(
    (one, other) => rankOf(one) - rankOf(other),
  )
  return (
    <Page title="Systems">
      <PageBody>
        {isPending ? <Loading what="the systems" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data !== undefined && systems.length === 0 ? (
          <Empty title="There is no system yet">
            <p>
              One comes by itself as soon as something is told of it: by OpenTelemetry, the SDK, a pipeline, or this
              command.
            </p>
            <Command text="npx afterai system create support-bot" />
          </Empty>
        ) : null}
        {systems.length === 0 ? null : (
          <Card>
            <Table
              caption="Systems"
              rows={systems}
              keyOf={({ name }) => name}
              columns={[
                {
                  name: 'System',
                  cell: ({ name, owner }) => (
                    <>
                      <Link to="/systems/$name" params={{ name }}>
                        {name}
                      </Link>
                      {owner === null ? null : <span className={styles['owner']}>{owner}</span>}
                    </>
                  ),
                },
                {
                  name: 'May what runs, run?',
                  cell: ({ environments }) =>
                    environments.length === 0 ? (
                      <span className="faint">not seen running</span>
                    ) : (
                      <ul className={styles['environments']}>
                        {environments.map(({ environment, standing }) => (
                          <li key={environment}>
                            <span>{environment}</span>
                            <StandingBadge standing={standing} />
                          </li>
                        ))}
                      </ul>
                    ),
                },
                {
                  name: 'Open',
                  isNumber: true,
                  cell: ({ name, openChanges }) => (
                    <Link to="/changes" search={{ view: 'open', system: name }} className="link">
                      {openChanges}
                    </Link>
                  ),
                },
                {
                  name: 'Last change',
                  wideOnly: true,
                  cell: ({ lastChange }) =>
                    lastChange === null ? (
                      <span className="faint">none</span>
                    ) : (
                      <>
                        <Link to="/changes/$id" params={{ id: lastChange.id }} className="link">
                          {lastChange.title}
                        </Link>{' '}
                        <span className="faint">
                          <Ago at={lastChange.openedAt} />
                        </span>
                      </>
                    ),
                },
              ]}
            />
          </Card>
        )}
        {hasNextPage ? (
          <p className={styles['more']}>
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              More systems
            </Button>
          </p>
        ) : null}
      </PageBody>
    </Page>
  )
}
