import type { Operations } from '@afterai/client'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { setZone } from '../api/instants.ts'
import { setLetterKeys } from './shortcuts.ts'
import { chooseLook } from './theme.ts'

/** How pages look to the reader, wherever they sign in. */
export type Preferences = Operations['getPreferences']['answer']

/** The question for them. */
export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: async ({ signal }) => applied(await api.getPreferences({ signal })),
  staleTime: 300_000,
})

// What this browser keeps of them makes the first paint of the next visit right.
setZone(localStorage.getItem('zone'))

/** Applied before whoever asked knows them: what is drawn next is drawn by them. */
function applied(preferences: Preferences): Preferences {
  const { theme, density, letterKeys, timeZone } = preferences
  chooseLook({ theme, density })
  setLetterKeys(letterKeys)
  setZone(timeZone)
  if (timeZone === null) localStorage.removeItem('zone')
  else localStorage.setItem('zone', timeZone)
  return preferences
}

/** The preferences of the reader, which the page follows as soon as they are known. Undefined until then. */
export function usePreferences(): Preferences | undefined {
  return useQuery(preferencesQuery).data
}

/** Sets some of the preferences: on the page at once, and back again where the server refuses. */
export function useSetPreferences() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (wanted: Partial<Preferences>) => {
      const { queryKey } = preferencesQuery
      const before = await client.ensureQueryData(preferencesQuery)
      const body = { ...before, ...wanted }
      client.setQueryData(queryKey, applied(body))
      try {
        return await api.setPreferences({ body })
      } catch (error) {
        client.setQueryData(queryKey, applied(before))
        throw error
      }
    },
    onSuccess: (kept) => client.setQueryData(preferencesQuery.queryKey, kept),
  })
}
