import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type LiveEvent, listenToEvents } from '../api/events.ts'

/** Which questions an event makes old. Lists of changes aren't among them: new rows are announced, never inserted. */
const concerns: Readonly<Record<LiveEvent['kind'], readonly string[]>> = {
  change: ['inbox', 'systems', 'standings'],
  evaluation: ['evaluations', 'inbox'],
  assessment: ['inbox'],
  decision: ['inbox'],
  record: ['inbox', 'records', 'log', 'standings'],
  system: ['systems', 'standings'],
  standing: ['standings', 'inbox'],
  policy: ['inbox', 'standings', 'policies', 'envelopes', 'delegations'],
  member: ['members'],
  audit: ['audit', 'log'],
  reset: ['inbox', 'systems', 'standings', 'records', 'changes', 'change', 'log'],
}

/** Keeps what is on the page true while it is looked at: the server tells what changed, and just that is read anew. */
export function useLiveUpdates(): void {
  const client = useQueryClient()
  useEffect(
    () =>
      listenToEvents((event) => {
        for (const key of concerns[event.kind]) void client.invalidateQueries({ queryKey: [key] })
        if (event.changeId !== null) void client.invalidateQueries({ queryKey: ['change', event.changeId] })
      }),
    [client],
  )
}
