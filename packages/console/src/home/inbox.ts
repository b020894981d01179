import type { Operations } from '@afterai/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** What waits for the reader, and how much of each kind. */
export type Inbox = Operations['getInbox']['answer']
/** One thing that waits for the reader. */
export type InboxItem = Inbox['items'][number]

/** The question what waits for the reader. */
export const inboxQuery = queryOptions({
  queryKey: ['inbox'],
  queryFn: ({ signal }) => api.getInbox({ signal }),
})

/** The verb for each kind of what waits. */
export const inboxVerbs: Readonly<Record<InboxItem['kind'], string>> = {
  approve: 'Approve',
  propose: 'Decide',
  assess: 'Assess',
  confirm: 'Confirm',
  verify: 'Verify',
  close: 'Close',
  review: 'Review',
  standing: 'Look at',
  key: 'Rotate',
}
