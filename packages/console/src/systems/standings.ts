import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** The question whether what runs may run, the worst first; of one system, or of all. */
export function standingsQuery(system?: string) {
  return queryOptions({
    queryKey: ['standings', system ?? ''],
    queryFn: ({ signal }) => api.listStandings({ query: system === undefined ? {} : { system }, signal }),
    staleTime: 30_000,
  })
}
