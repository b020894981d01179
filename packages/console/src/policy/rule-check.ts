import type { Operations } from '@afterai/client'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { useLater } from '../look/later.ts'

type Rules = Operations['checkPolicy']['body']['rules']

function checkQuery(asked: string) {
  return queryOptions({
    queryKey: ['policy-check', asked],
    queryFn: ({ signal }) => api.checkPolicy({ body: { rules: JSON.parse(asked) as Rules }, signal }),
    retry: false,
  })
}

/** What the server says against rules while they are filled in: which nobody could follow with the people that there are. */
export function useRuleCheck(rules: Rules) {
  const client = useQueryClient()
  const asked = JSON.stringify(rules)
  const settled = useLater(asked, 400)
  // Rules that can't be are refused when they are set, each beside its field: here nothing is said of them.
  const { data } = useQuery({ ...checkQuery(asked), enabled: settled === asked })
  const warnings = data?.warnings ?? []
  return {
    hasWarnings: warnings.length > 0,
    warningOf: (index: number) => warnings.find(({ pointer }) => pointer.startsWith(`/rules/${index}/`))?.detail,
    /** Asks at once, and tells whether there is something that isn't shown yet. */
    hasNews: async () => {
      const found = await client.fetchQuery(checkQuery(asked)).catch(() => undefined)
      return (found?.warnings.length ?? 0) > warnings.length
    },
  }
}
