import type { Operations } from '@afterai/client'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { type ChangeSearch, fromQuery, toQuery } from './change-search.ts'

/** A view that was kept, by its author or for everybody in the workspace. */
export type SavedView = Operations['listViews']['answer']['items'][number]

/** The question for the reader's views and those that are shared with them. */
export const savedViewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => api.listViews({ signal }),
  staleTime: 60_000,
})

/** The address of a saved view. */
export function searchOf({ id, query }: SavedView): ChangeSearch {
  return { ...fromQuery(query), saved: id }
}

/** The saved view from which the address began, and whether the address shows something else by now. */
export function useSavedView(
  search: ChangeSearch,
): { readonly view: SavedView; readonly isChanged: boolean } | undefined {
  const { data } = useQuery(savedViewsQuery)
  const view = data?.items.find(({ id }) => id === search.saved)
  return view === undefined ? undefined : { view, isChanged: toQuery(search) !== toQuery(fromQuery(view.query)) }
}
