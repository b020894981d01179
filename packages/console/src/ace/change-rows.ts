import type { Operations } from '@afterai/client'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** A change as lists show it. */
export type ChangeRow = Operations['listChangeRows']['answer']['items'][number]
/** Which changes a list asks for. */
export type ChangeFilter = NonNullable<Operations['countChangeRows']['query']>

/** How many rows a page of the list holds. */
export const rowsAPage = 50

/** The question for rows, page by page. Not read anew by itself: rows on screen keep their place, new ones are announced. */
export function changeRowsQuery(filter: ChangeFilter) {
  return infiniteQueryOptions({
    queryKey: ['changes', 'rows', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listChangeRows({
        query: { ...filter, limit: rowsAPage, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
}

/** The question how many there are; asked apart, after the rows. */
export function changeCountQuery(filter: ChangeFilter) {
  return queryOptions({
    queryKey: ['changes', 'count', filter],
    queryFn: ({ signal }) => api.countChangeRows({ query: filter, signal }),
  })
}

/** A count as it is shown: "37", or "10,000+" where nobody counted further. */
export function countWords({ count, capped }: { readonly count: number; readonly capped: boolean }): string {
  return `${count.toLocaleString('en')}${capped ? '+' : ''}`
}
