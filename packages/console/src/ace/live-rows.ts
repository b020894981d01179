import type { Operations } from '@afterai/client'
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { api } from '../api/client.ts'
import { gather } from '../api/gather.ts'
import { listenToEvents } from '../api/events.ts'
import { type ChangeFilter, changeRowsQuery, rowsAPage } from './change-rows.ts'

type Answer = Operations['listChangeRows']['answer']
type Rows = InfiniteData<Answer, string | null>
type Ids = ReadonlySet<string>

/** What came of the list while it was looked at. */
export interface LiveRows {
  /** Changes that came since: they are announced and never inserted, so that the row one reads stays. */
  readonly fresh: { readonly count: number; readonly show: () => void }
  /** Rows that no longer fit the filter: they stay where they are until the list is asked for anew. */
  readonly gone: Ids
  /** Says which rows are on screen, by their index: just these are read anew, the others when they come into sight. */
  readonly see: (first: number, last: number) => void
  /** Reads rows anew, where they stand. */
  readonly refresh: (ids: readonly string[]) => void
}

const none: Ids = new Set()

/** Keeps the rows of the list true, each in its place: what the server tells of is gathered for a moment, and just the pages on screen that hold it are read anew. */
export function useLiveRows(filter: ChangeFilter): LiveRows {
  const client = useQueryClient()
  const [fresh, setFresh] = useState(none)
  const [gone, setGone] = useState(none)
  const [of, setOf] = useState(filter)
  if (of !== filter) {
    setOf(filter)
    setFresh(none)
    setGone(none)
  }
  const live = useMemo(
    () =>
      createLivePages(client, filter, (read) => {
        setGone((before) => without(union(before, read.gone), read.there))
        setFresh((before) => union(before, read.fresh))
      }),
    [client, filter],
  )
  useEffect(() => {
    const stop = listenToEvents(({ kind, changeId }) => {
      if (kind === 'reset') return live.readAll()
      if (changeId === null || !['change', 'assessment', 'decision', 'record'].includes(kind)) return undefined
      if (live.has(changeId)) return live.refresh([changeId])
      return kind === 'change' && !live.isEmpty() ? setFresh((before) => union(before, [changeId])) : undefined
    })
    return () => {
      stop()
      live.stop()
    }
  }, [live])
  const show = useCallback(() => {
    setFresh(none)
    setGone(none)
    void client.resetQueries({ queryKey: ['changes', 'rows', filter] })
    void client.invalidateQueries({ queryKey: ['changes', 'count'] })
  }, [client, filter])
  return { fresh: { count: fresh.size, show }, gone, see: live.see, refresh: live.refresh }
}

interface LivePages {
  has(id: string): boolean
  isEmpty(): boolean
  readonly see: (first: number, last: number) => void
  readonly refresh: (ids: readonly string[]) => void
  readAll(): void
  stop(): void
}

/** The pages of a list that are old, and the reading anew of those that are on screen. */
function createLivePages(client: QueryClient, filter: ChangeFilter, onRead: (read: PageRead) => void): LivePages {
  const old = new Set<number>()
  let onScreen: readonly [first: number, last: number] = [0, 0]
  const due = gather<number>((pages) => {
    for (const page of pages) {
      old.delete(page)
      void readPage(client, filter, page).then((read) => (read === undefined ? old.add(page) : onRead(read)))
    }
  })
  function readOld(): void {
    for (const page of old) if (page >= onScreen[0] && page <= onScreen[1]) due.add(page)
  }
  return {
    has: (id) => pagesOf(client, filter).some(({ items }) => items.some((row) => row.id === id)),
    isEmpty: () => pagesOf(client, filter).length === 0,
    see(first, last) {
      onScreen = [Math.floor(first / rowsAPage), Math.floor(last / rowsAPage)]
      readOld()
    },
    refresh(ids) {
      for (const [index, { items }] of pagesOf(client, filter).entries())
        if (items.some(({ id }) => ids.includes(id))) old.add(index)
      readOld()
    },
    readAll() {
      for (const index of pagesOf(client, filter).keys()) old.add(index)
      readOld()
    },
    stop: () => due.stop(),
  }
}

function pagesOf(client: QueryClient, filter: ChangeFilter): readonly Answer[] {
  return client.getQueryData<Rows>(changeRowsQuery(filter).queryKey)?.pages ?? []
}

interface PageRead {
  readonly there: readonly string[]
  readonly gone: readonly string[]
  readonly fresh: readonly string[]
}

/** Reads one page anew and puts each row in its place; tells which are gone, and which came before the first. Undefined if there was no answer. */
async function readPage(client: QueryClient, filter: ChangeFilter, index: number): Promise<PageRead | undefined> {
  const { queryKey } = changeRowsQuery(filter)
  const rows = client.getQueryData<Rows>(queryKey)
  const [page, cursor] = [rows?.pages[index], rows?.pageParams[index]]
  if (page === undefined || cursor === undefined) return { there: [], gone: [], fresh: [] }
  // Twice as many as the page holds: new ones before it push its last ones out of an answer of the same size.
  const query = { ...filter, limit: 2 * rowsAPage, ...(cursor === null ? {} : { cursor }) }
  const answer = await api.listChangeRows({ query }).catch(() => undefined)
  if (answer === undefined) return undefined
  const now = new Map(answer.items.map((row) => [row.id, row]))
  client.setQueryData<Rows>(queryKey, (before) =>
    before === undefined
      ? before
      : {
          ...before,
          pages: before.pages.map((it, at) =>
            at === index ? { ...it, items: it.items.map((row) => now.get(row.id) ?? row) } : it,
          ),
        },
  )
  const ids = page.items.map(({ id }) => id)
  const last = answer.nextCursor === null ? '' : (answer.items.at(-1)?.id ?? '')
  const first = ids[0]
  return {
    there: ids.filter((id) => now.has(id)),
    // Beyond the answer's last row nothing is known of the others.
    gone: ids.filter((id) => !now.has(id) && id >= last),
    fresh: index > 0 || first === undefined ? [] : [...now.keys()].filter((id) => id > first),
  }
}

function union(set: Ids, more: readonly string[]): Ids {
  return more.every((id) => set.has(id)) ? set : new Set([...set, ...more])
}

function without(set: Ids, less: readonly string[]): Ids {
  return less.some((id) => set.has(id)) ? new Set([...set].filter((id) => !less.includes(id))) : set
}
