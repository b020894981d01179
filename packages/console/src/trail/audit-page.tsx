import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { FilterIcon } from 'lucide-react'
import { useCallback, useRef } from 'react'
import { api } from '../api/client.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { PersonPicker } from '../identity/people-picker.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { DaySpan } from '../look/day-span.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Menu } from '../look/menu.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { SearchLine } from '../look/search-line.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import { type AuditSearch, toFilter } from './audit-search.ts'
import styles from './audit.module.css'
import { ExportButton } from './export-button.tsx'

const outcomes = [
  { key: '', label: 'Any outcome' },
  { key: 'allowed', label: 'Allowed' },
  { key: 'denied', label: 'Denied' },
  { key: 'failed', label: 'Failed' },
] as const

/** The audit trail: who did what, when, from where; newest first. */
export function AuditPage() {
  const search = useSearch({ from: '/in/audit' })
  const navigate = useNavigate()
  const set = (next: AuditSearch) => void navigate({ to: '/audit', search: next, replace: true })
  const { action, actor, outcome, since, until } = search
  const field = useRef<HTMLInputElement>(null)
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', search],
    queryFn: ({ pageParam, signal }) =>
      api.listAuditEvents({
        query: {
          limit: 50,
          ...toFilter(search),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  useLetterKeys(
    useCallback(
      (key, event) => {
        if (key === '/') {
          event.preventDefault()
          field.current?.focus()
        }
        const of = document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-actor]')?.dataset['actor']
        if (key === '.' && of !== undefined) void navigate({ to: '/audit', search: { ...search, actor: of } })
      },
      [navigate, search],
    ),
  )
  const events = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Page title="Audit" actions={<ExportButton search={search} />}>
      <PageBody>
        <div className={styles['filters']} role="search" aria-label="Filter the trail">
          <SearchLine
            key={action ?? ''}
            label="Action begins with"
            placeholder="Action, as in decision."
            value={action ?? ''}
            field={field}
            set={(value) => set(value === '' ? without(search, 'action') : { ...search, action: value })}
          />
          <DaySpan
            since={since}
            until={until}
            set={(span) => set({ ...without(without(search, 'since'), 'until'), ...span })}
          />
          <Menu
            label={outcome === undefined ? 'Outcome' : (outcomes.find(({ key }) => key === outcome)?.label ?? outcome)}
            icon={<FilterIcon aria-hidden />}
            isSet={outcome !== undefined}
            items={outcomes}
            onPick={(key) =>
              set(
                key === ''
                  ? without(search, 'outcome')
                  : { ...search, outcome: key as NonNullable<AuditSearch['outcome']> },
              )
            }
          />
          <WhoFilter
            actor={actor}
            set={(who) => set(who === '' ? without(search, 'actor') : { ...search, actor: who })}
          />
          {Object.keys(search).length === 0 ? null : (
            <Button kind="bare" onClick={() => set({})}>
              Clear
            </Button>
          )}
        </div>
        {isPending ? <Loading what="the trail" /> : null}
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {data !== undefined && events.length === 0 ? <Empty title="No event fits these filters" /> : null}
        {events.length === 0 ? null : (
          <Card>
            <Table
              caption="Audit events"
              rows={events}
              keyOf={({ id }) => id}
              columns={[
                {
                  name: 'What',
                  cell: ({ action: what, outcome: how }) => (
                    <>
                      <code className="mono">{what}</code>
                      {how === 'allowed' ? null : <span className={styles['refused']}>{how}</span>}
                    </>
                  ),
                },
                {
                  name: 'Who',
                  cell: ({ actorId, actorName, actorKey, credential }) => (
                    <>
                      {actorId === null ? (
                        (actorName ?? 'AfterAI')
                      ) : (
                        <Link
                          to="/audit"
                          search={{ ...search, actor: actorId }}
                          data-actor={actorId}
                          className="link"
                          title="Their events alone"
                        >
                          {actorName ?? 'a removed account'}
                        </Link>
                      )}{' '}
                      <span className="faint">{actorKey ?? credential.replaceAll('_', ' ')}</span>
                    </>
                  ),
                },
                {
                  name: 'On',
                  wideOnly: true,
                  cell: ({ resource: what, resourceName }) =>
                    what === null ? null : (
                      <Link
                        to="/audit"
                        search={{ ...search, resource: what }}
                        className="link"
                        title="Events on this alone"
                      >
                        {resourceName ?? what}
                      </Link>
                    ),
                },
                {
                  name: 'From',
                  wideOnly: true,
                  cell: ({ address }) => (address === null ? null : <code className="mono">{address}</code>),
                },
                {
                  name: 'Log entry',
                  wideOnly: true,
                  isNumber: true,
                  cell: ({ logIndex }) =>
                    logIndex === null ? <span className="faint">on its way</span> : logIndex.toLocaleString('en'),
                },
                { name: 'When', isNumber: true, cell: ({ occurredAt }) => <Exactly at={occurredAt} /> },
              ]}
            />
          </Card>
        )}
        {hasNextPage ? (
          <p className={styles['more']}>
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Older events
            </Button>
          </p>
        ) : null}
      </PageBody>
    </Page>
  )
}

/** Whose events: of all people of the workspace, and of whoever did something and is gone. */
function WhoFilter({ actor = '', set }: { readonly actor?: string | undefined; readonly set: (who: string) => void }) {
  return (
    <div className={styles['who']}>
      <PersonPicker label="Who" others={[{ value: '', label: 'Anybody' }]} value={actor} onChange={set} />
    </div>
  )
}

function without(search: AuditSearch, name: keyof AuditSearch): AuditSearch {
  const { [name]: _, ...rest } = search
  return rest
}
