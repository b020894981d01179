import { everyZone, exact, relative } from '../api/instants.ts'

/** How long ago, and exactly when on hover and focus. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time className="number" dateTime={at} title={everyZone(at)}>
      {relative(at)}
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
