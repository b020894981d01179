import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import type { Names } from './rule-words.ts'

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

/** The question who the people of the tenant are. */
export const peopleQuery = queryOptions({
  queryKey: ['members', 'first-people'],
  queryFn: ({ signal }) => api.listMembers({ query: { kind: 'person', limit: 100 }, signal }),
  select: ({ items }) => items,
})

/** A member of the tenant. */
type Member = Awaited<ReturnType<typeof api.listMembers>>['items'][number]

/** Names of people by their accounts. */
export function namesOf(people: readonly Member[] | undefined): Names {
  return new Map(people?.map(({ accountId, name }) => [accountId, name]))
}

/** Who may approve, as a form offers them. */
export function approversOf(people: readonly Member[] | undefined): { value: string; label: string }[] {
  return (people ?? [])
    .filter(({ role, disabledAt }) => disabledAt === null && (role === 'admin' || role === 'approver'))
    .map(({ accountId, name }) => ({ value: accountId, label: name }))
}
