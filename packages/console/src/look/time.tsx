import { useSyncExternalStore } from 'react'
import { everyZone, exact, onZone, relative, zoneName } from '../api/instants.ts'
import { tickerOf } from './ticker.ts'

const onTick = tickerOf(document)

/** How long ago, as the clock goes on, and exactly when on hover and focus. */
export function Ago({ at }: { readonly at: string }) {
  // Drawn anew when its words change, not whenever the clock is looked at.
  const words = useSyncExternalStore(onTick, () => relative(at))
  return (
    <time className="number" dateTime={at} title={everyZone(at)}>
      {words}
    </time>
  )
}

/** An instant to the second, for records and the audit trail. */
export function Exactly({ at }: { readonly at: string }) {
  return (
    <time className="number" dateTime={at} title={everyZone(at)}>
      {exact(at)}
    </time>
  )
}

/** The zone in which times are written: whoever asks is drawn anew, with all below it, when another one is set. */
export function useZone(): string {
  return useSyncExternalStore(onZone, zoneName)
}
