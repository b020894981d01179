import type { Operations } from '@afterai/client'

/** A destination of audit events. */
export type Stream = Operations['listAuditStreams']['answer']['items'][number]

/** How far a stream is behind, in words: "up to date", "12 events, 3 min". */
export function lagOf({ lagEvents, lagSeconds }: Pick<Stream, 'lagEvents' | 'lagSeconds'>): string {
  if (lagEvents === 0) return 'up to date'
  return `${lagEvents.toLocaleString('en')} ${lagEvents === 1 ? 'event' : 'events'}, ${span(lagSeconds)}`
}

/** A span of time in its largest unit: "45 s", "3 min", "2 h", "4 d". */
export function span(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`
  return seconds < 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`
}
