import { useInfiniteQuery } from '@tanstack/react-query'

interface Answer<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** What is asked for a page: where it begins, and what stops the question. */
export interface PageWish {
  readonly query: { readonly limit: number; readonly cursor?: string }
  readonly signal: AbortSignal
}

/** A list that comes by pages: what has come so far, and what brings more. `items` is undefined until the first page is there. */
export function usePages<Item>(
  key: readonly unknown[],
  read: (wish: PageWish) => Promise<Answer<Item>>,
  options: { readonly enabled?: boolean } = {},
) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      read({ query: { limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    ...options,
  })
  return {
    items: data?.pages.flatMap(({ items }) => items),
    error,
    retry: () => void refetch(),
    hasMore: hasNextPage,
    more: () => void fetchNextPage(),
    isReadingMore: isFetchingNextPage,
  }
}
