import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** The question which rules hold, or held at an instant. */
export function policiesQuery(at?: string) {
  return queryOptions({
    queryKey: ['policies', at ?? 'now'],
    queryFn: ({ signal }) => api.listPolicies({ query: at === undefined ? {} : { at }, signal }),
  })
}

/** The question which envelopes of standard changes there are, the newest first. */
export const envelopesQuery = queryOptions({
  queryKey: ['envelopes'],
  queryFn: ({ signal }) => api.listEnvelopes({ signal }),
})

/** The question who approves in the place of whom, the newest hundred. */
export const delegationsQuery = queryOptions({
  queryKey: ['delegations'],
  queryFn: ({ signal }) => api.listDelegations({ query: { limit: 100 }, signal }),
})
