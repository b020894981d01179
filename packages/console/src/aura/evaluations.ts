import type { Evaluation, Operations } from '@afterai/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** A file of results as it was read: its numbers, never its text. */
export type ImportedRun = Evaluation

/** What an import would make of a file. */
export type Preview = Operations['previewEvaluation']['answer']

/** How a file is to be read. */
export type Reading = NonNullable<Operations['previewEvaluation']['query']>

/** The question for the newest evaluations of a system. */
export function evaluationsQuery(system: string) {
  return queryOptions({
    queryKey: ['evaluations', system],
    queryFn: ({ signal }) => api.listEvaluations({ query: { system, limit: 50 }, signal }),
  })
}

/** The media type as which a file is sent; the server looks at what it holds. */
export function mediaTypeOf(name: string): string {
  if (/\.(csv|tsv|txt)$/i.test(name)) return 'text/csv'
  if (/\.(jsonl|ndjson)$/i.test(name)) return 'application/x-ndjson'
  return /\.(json|xml)$/i.test(name) ? 'application/json' : 'application/octet-stream'
}
