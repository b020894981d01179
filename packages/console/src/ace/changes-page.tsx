import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { PlusIcon } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useMay } from '../app/me.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { ChangeFilters } from './change-filters.tsx'
import { ChangeList } from './change-list.tsx'
import { changeRowsQuery } from './change-rows.ts'
import { type ChangeSearch, toFilter } from './change-search.ts'
import styles from './changes.module.css'
import { useLiveRows } from './live-rows.ts'
import { TriageBar } from './triage-bar.tsx'
import { ViewBar } from './view-bar.tsx'

/** All changes, newest first: views, filters and search are the address, so that Back, copies and links keep them. */
export function ChangesPage() {
  const search = useSearch({ from: '/in/changes' })
  const navigate = useNavigate()
  const may = useMay()
  const filter = useMemo(() => toFilter(search), [search])
  const rows = useInfiniteQuery(changeRowsQuery(filter))
  const items = useMemo(() => rows.data?.pages.flatMap((page) => page.items) ?? [], [rows.data])
  const set = (next: ChangeSearch, replace = true) => void navigate({ to: '/changes', search: next, replace })
  // One that was refused is asked for again by the reader alone.
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = rows
  const mayAskOn = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const more = useCallback(() => (mayAskOn ? void fetchNextPage() : undefined), [mayAskOn, fetchNextPage])
  // The server looks at so many changes for a page, and a page of them may fit in none: nothing is said to be absent before the end.
  const isLookingOn = rows.isSuccess && items.length === 0 && hasNextPage && !isFetchNextPageError
  useEffect(() => {
    if (isLookingOn) more()
  }, [isLookingOn, more])
  const { fresh, gone, see, refresh } = useLiveRows(filter)
  const [chosenIds, setChosen] = useState<ReadonlySet<string>>(new Set())
  const chosen = useMemo(() => items.filter(({ id }) => chosenIds.has(id)), [items, chosenIds])
  const choose = useCallback(
    (id: string) =>
      setChosen((before) => new Set(before.has(id) ? [...before].filter((it) => it !== id) : [...before, id])),
    [],
  )
  return (
    <Page
      fills
      title="Changes"
      actions={
        may('change:write') ? (
          <Link to="/changes/new" className={buttonClass('primary')}>
            <PlusIcon aria-hidden />
            Record a change
          </Link>
        ) : undefined
      }
    >
      <ViewBar search={search} set={set} />
      <ChangeFilters search={search} set={set} fresh={fresh} />
      {rows.isPending ? <Loading what="the changes" /> : null}
      {rows.error === null ? null : (
        <div className={styles['fault']}>
          <Problem
            error={rows.error}
            onRetry={() => void (rows.isFetchNextPageError ? rows.fetchNextPage() : rows.refetch())}
          />
        </div>
      )}
      {isLookingOn ? <Loading what="what fits, further back" /> : null}
      {rows.isSuccess && items.length === 0 && !rows.hasNextPage ? (
        <NoChanges search={search} clear={() => set({ view: 'all' })} />
      ) : null}
      <TriageBar chosen={chosen} items={items} clear={() => setChosen(new Set())} onDone={refresh} />
      {items.length > 0 ? (
        <ChangeList
          items={items}
          gone={gone}
          onSight={see}
          chosen={chosenIds}
          choose={may('change:write') ? choose : undefined}
          hasMore={rows.hasNextPage}
          more={more}
        />
      ) : null}
    </Page>
  )
}

function NoChanges({ search, clear }: { readonly search: ChangeSearch; readonly clear: () => void }) {
  const { view = 'open', saved: _, ...narrowed } = search
  if (Object.keys(narrowed).length > 0)
    return (
      <Empty title="No change fits these filters">
        <Button onClick={clear}>Clear the filters</Button>
      </Empty>
    )
  if (view !== 'all' && view !== 'open')
    return (
      <Empty title={view === 'mine' ? 'No change waits for you' : 'There are none of these'}>
        <Button onClick={clear}>See all changes</Button>
      </Empty>
    )
  return (
    <Empty title={view === 'open' ? 'No change is open' : 'No change has been recorded yet'}>
      <p>
        AfterAI opens one when a system begins to run with another model, prompt, setting or tool. To tell it what runs:
      </p>
      <Command text="npx afterai system create support-bot" />
      <Command text="npx afterai observe --system support-bot --environment production --provider acme --model acme-large" />
    </Empty>
  )
}
