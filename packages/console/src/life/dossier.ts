import type { Operations } from '@afterai/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** Everything of one change, for one page. */
export type Dossier = Operations['getDossier']['answer']

/** The question for a change and its whole life. */
export function dossierQuery(id: string) {
  return queryOptions({
    queryKey: ['change', id],
    queryFn: ({ signal }) => api.getDossier({ path: { id }, signal }),
  })
}

/** What a dialog about a change is given. */
export interface OfDossier {
  readonly dossier: Dossier
  readonly onClose: () => void
}
