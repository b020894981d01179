import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { listenToEvents } from '../api/events.ts'
import { type ChangeFilter, changeRowsQuery } from './change-rows.ts'

/** Changes that came since the list was read, and what shows them. They are announced and never inserted: the row one reads stays. */
export interface NewChanges {
  readonly count: number
  readonly show: () => void
}

/** Counts the changes that the server tells of and the list doesn't hold, and keeps the rows on screen true. */
export function useNewChanges(filter: ChangeFilter): NewChanges {
  const client = useQueryClient()
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const [of, setOf] = useState(filter)
  if (of !== filter) {
    setOf(filter)
    setIds(new Set())
  }
  useEffect(
    () =>
      listenToEvents(({ kind, changeId }) => {
        if (kind !== 'change' && kind !== 'assessment' && kind !== 'decision' && kind !== 'record') return
        if (changeId === null) return
        const shown = client.getQueryData(changeRowsQuery(filter).queryKey)
        const isShown = shown?.pages.some(({ items }) => items.some(({ id }) => id === changeId)) ?? true
        if (isShown) void client.invalidateQueries({ queryKey: ['changes', 'rows', filter] })
        else if (kind === 'change') setIds((before) => new Set(before).add(changeId))
      }),
    [client, filter],
  )
  const show = useCallback(() => {
    setIds(new Set())
    void client.resetQueries({ queryKey: ['changes', 'rows', filter] })
    void client.invalidateQueries({ queryKey: ['changes', 'count'] })
  }, [client, filter])
  return { count: ids.size, show }
}
