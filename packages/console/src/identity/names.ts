import { ApiProblem } from '@afterai/client'
import { useQueries } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'

/** Names of people by their accounts. */
export type Names = ReadonlyMap<string, string>

/** The names of people by their accounts, once they are known; who is no member any more has none. Each is asked for once, whoever shows it. */
export function useNames(accountIds: readonly string[]): Names {
  const mayRead = useMay()('member:read')
  const asked = [...new Set(accountIds)]
  return useQueries({
    queries: asked.map((accountId) => ({
      queryKey: ['members', 'name', accountId],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => nameOf(accountId, signal),
      enabled: mayRead,
      staleTime: 300_000,
    })),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data, isLoading }, index) => {
          const accountId = asked[index] ?? ''
          return data ? [[accountId, data.name] as const] : isLoading ? [[accountId, '…'] as const] : []
        }),
      ),
  })
}

async function nameOf(accountId: string, signal: AbortSignal) {
  try {
    return await api.getMember({ path: { accountId }, signal })
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null
    throw error
  }
}
