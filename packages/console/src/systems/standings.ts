import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { type StandingName, standingWords } from './standing-words.ts'

/** The question whether what runs may run, the worst first; of one system, or of all. */
export function standingsQuery(system?: string) {
  return queryOptions({
    queryKey: ['standings', system ?? ''],
    queryFn: ({ signal }) => api.listStandings({ query: system === undefined ? {} : { system }, signal }),
    staleTime: 30_000,
  })
}

const worstFirst = Object.keys(standingWords)

/** The place of a system among others by the worst of what it runs with; one that hasn't been seen running comes last. */
export function rankOf({
  environments,
}: {
  readonly environments: readonly { readonly standing: StandingName }[]
}): number {
  return Math.min(worstFirst.length, ...environments.map(({ standing }) => worstFirst.indexOf(standing)))
}
