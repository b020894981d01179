import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** The question what an environment ran with, the newest 50 runs. */
export function historyQuery(system: string, environment: string) {
  return queryOptions({
    queryKey: ['standings', system, environment, 'history'],
    queryFn: ({ signal }) => api.getHistory({ path: { name: system }, query: { environment, limit: 50 }, signal }),
  })
}
