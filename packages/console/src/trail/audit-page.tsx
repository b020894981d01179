import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { FilterIcon } from 'lucide-react'
import { useCallback, useRef, useState } from 'react'
import { api } from '../api/client.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Menu } from '../look/menu.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import type { AuditSearch } from './audit-search.ts'
import styles from './audit.module.css'

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
  const { action, actor, resource, outcome } = search
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', search],
    queryFn: ({ pageParam, signal }) =>
      api.listAuditEvents({
        query: {
          limit: 50,
          ...(action === undefined ? {} : { actionPrefix: action }),
          ...(actor === undefined ? {} : { actorId: actor }),
          ...(resource === undefined ? {} : { resource }),
          ...(outcome === undefined ? {} : { outcome }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  })
  useLetterKeys(
    useCallback(
      (key) => {
        const of = document.activeElement?.closest('tr')?.querySelector<HTMLElement>('[data-actor]')?.dataset['actor']
        if (key === '.' && of !== undefined) void navigate({ to: '/audit', search: { ...search, actor: of } })
      },
      [navigate, search],
    ),
  )
  const events = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Page title="Audit">
      <PageBody>
        <div className={styles['filters']} role="search" aria-label="Filter the trail">
          <ActionField
            key={action ?? ''}
            action={action ?? ''}
            set={(value) => set(value === '' ? without(search, 'action') : { ...search, action: value })}
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

function ActionField({ action, set }: { readonly action: string; readonly set: (action: string) => void }) {
  const [text, setText] = useState(action)
  const field = useRef<HTMLInputElement>(null)
  useLetterKeys(
    useCallback((key, event) => {
      if (key !== '/') return
      event.preventDefault()
      field.current?.focus()
    }, []),
  )
  return (
    <form
      className={styles['search']}
      onSubmit={(event) => {
        event.preventDefault()
        set(text.trim())
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label="Action begins with"
        placeholder="Action, as in decision."
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => text.trim() === action || set(text.trim())}
      />
    </form>
  )
}

function without(search: AuditSearch, name: keyof AuditSearch): AuditSearch {
  const { [name]: _, ...rest } = search
  return rest
}
