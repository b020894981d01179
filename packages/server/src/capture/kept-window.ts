import { openWindow, type WindowAggregate, windowFromJson, type WindowJson } from '@afterai/evidence'

/** The columns of a window's numbers: one of them holds it. */
export interface KeptColumns {
  readonly aggregate: WindowJson | null
  readonly packed: Uint8Array | null
}

/** Reads a window as it is kept, in bytes or, from before, in JSON. */
export function keptWindow({ aggregate, packed }: KeptColumns): WindowAggregate {
  if (packed !== null) return openWindow(packed)
  if (aggregate === null) throw new Error('a window of telemetry holds nothing')
  return windowFromJson(aggregate)
}
