import type { Operations } from '@afterai/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** How far the cases of one run reach, by metric. */
export type Power = Operations['getEvaluationPower']['answer']['metrics'][number]

/** The question how far the cases of the run before the change reach, by the plan that was said, as JSON. */
export function powerQuery(evaluationId: string | undefined, said: string | undefined) {
  return queryOptions({
    queryKey: ['power', evaluationId, said],
    queryFn: ({ signal }) =>
      api.getEvaluationPower({
        path: { id: evaluationId ?? '' },
        query: said === undefined ? {} : { plan: said },
        signal,
      }),
    enabled: evaluationId !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}
