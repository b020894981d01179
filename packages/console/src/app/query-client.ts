import { ApiProblem } from '@afterai/client'
import { QueryClient } from '@tanstack/react-query'

/** What the console knows of the server. The transport tries again by itself; a refusal is final. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => !(error instanceof ApiProblem) && count < 1,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})
