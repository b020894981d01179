import type { Operations } from '@afterai/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** What a record says, read from what was sealed. */
export type RecordContent = Operations['getRecordDocument']['answer']

/** A record as lists have it. */
export type RecordRow = Operations['listRecords']['answer']['items'][number]

/** The question for a page of records. */
export function recordsQuery(query: NonNullable<Operations['listRecords']['query']>) {
  return queryOptions({
    queryKey: ['records', query],
    queryFn: ({ signal }) => api.listRecords({ query, signal }),
    placeholderData: keepPreviousData,
  })
}
