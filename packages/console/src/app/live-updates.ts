import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { type LiveEvent, listenToEvents } from '../api/events.ts'
import { gather } from '../api/gather.ts'

/** Which questions an event makes old. Lists of changes aren't among them: new rows are announced, never inserted. */
const concerns: Readonly<Record<LiveEvent['kind'], readonly string[]>> = {
  change: ['inbox', 'systems', 'standings', 'first-steps'],
  evaluation: ['evaluations', 'inbox', 'first-steps'],
  assessment: ['inbox'],
  decision: ['inbox'],
  record: ['inbox', 'records', 'log', 'standings', 'first-steps'],
  system: ['systems', 'standings', 'first-steps'],
  standing: ['standings', 'inbox'],
  policy: ['inbox', 'standings', 'policies', 'envelopes', 'delegations'],
  member: ['members', 'invitations', 'first-steps', 'policy-check'],
  audit: ['audit', 'log'],
  reset: ['inbox', 'systems', 'standings', 'records', 'changes', 'change', 'log', 'first-steps'],
}

/** Keeps what is on the page true while it is looked at: the server tells what changed, and just that is read anew, what comes in quick succession at once. */
export function useLiveUpdates(): void {
  const client = useQueryClient()
  useEffect(() => {
    const due = gather<string>((keys) => {
      for (const key of keys) void client.invalidateQueries({ queryKey: key.split(' ') })
    })
    const stop = listenToEvents((event) => {
      for (const key of concerns[event.kind]) due.add(key)
      if (event.changeId !== null) due.add(`change ${event.changeId}`)
    })
    return () => {
      stop()
      due.stop()
    }
  }, [client])
}
