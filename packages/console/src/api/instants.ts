let zone: string | undefined
const zoneListeners = new Set<() => void>()

/** Calls back when another zone is set. Returns what stops it. */
export function onZone(listener: () => void): () => void {
  zoneListeners.add(listener)
  return () => void zoneListeners.delete(listener)
}

/** Sets the zone in which every time of the page is read and written; null for the browser's own. A name that the browser doesn't know is none. */
export function setZone(name: string | null): void {
  zone = name === null ? undefined : knownZone(name)
  for (const listener of zoneListeners) listener()
}

function knownZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    // An older browser may lack a zone that the server knows: its own is better than no time at all.
    return undefined
  }
}

/** The zone in which times are shown. */
export function zoneName(): string {
  return zone ?? machineZone()
}

/** The zone of the reader's machine. */
export function machineZone(): string {
  return new Intl.DateTimeFormat('en').resolvedOptions().timeZone
}

function written(at: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options }).format(new Date(at))
}

/** The instant of a day and time as a field of the browser has it ("2026-11-29T14:02", or a day alone for its start), read in the zone of the page. */
export function instantOf(local: string): string {
  const asUtc = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}Z`)
  // The offset at that reading, then the one at the instant which that gives: they differ around a change of clocks alone.
  return new Date(asUtc - offsetAt(asUtc - offsetAt(asUtc))).toISOString()
}

/** A day as an address has it, "2026-11-29"; undefined for anything else. */
export function dayIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined
}

/** An instant as a field of the browser has it, in the zone of the page: "2026-11-29T14:02". */
export function fieldOf(at: string | number): string {
  const ms = new Date(at).getTime()
  return new Date(ms + offsetAt(ms)).toISOString().slice(0, 16)
}

/** The day of an instant in the zone of the page: "2026-11-29". */
export function dayOf(at: string | number): string {
  return fieldOf(at).slice(0, 10)
}

/** How far the zone is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(ms: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(ms)
  const part = (type: string) => Number(parts.find((it) => it.type === type)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return wall - Math.floor(ms / 1000) * 1000
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const format = new Intl.RelativeTimeFormat('en', { style: 'narrow', numeric: 'auto' })

/** How long ago it was, or how soon it will be: "2m ago", "in 3d"; from 60 days on, the date. */
export function relative(at: string, now: number = Date.now()): string {
  const ms = Date.parse(at) - now
  const size = Math.abs(ms)
  if (size >= 60 * day) return date(at)
  if (size < hour)
    return size < minute ? (ms <= 0 ? 'just now' : 'in a moment') : format.format(Math.round(ms / minute), 'minute')
  return size < day ? format.format(Math.round(ms / hour), 'hour') : format.format(Math.round(ms / day), 'day')
}

/** Whether an instant is over. */
export function isPast(at: string): boolean {
  return Date.parse(at) <= Date.now()
}

/** A day in words: "29 November 2026". */
export function date(at: string): string {
  return written(at, { dateStyle: 'long' })
}

/** A day in words for documents, the same for every reader: "29 November 2026 (UTC)". */
export function dateUtc(at: string): string {
  return `${written(at, { dateStyle: 'long', timeZone: 'UTC' })} (UTC)`
}

/** An instant to the second with its zone: "29 Nov 2026, 14:02:11 CET". */
export function exact(at: string): string {
  return written(at, { dateStyle: 'medium', timeStyle: 'long' })
}

/** An instant for a title: in the reader's zone and in UTC. */
export function everyZone(at: string): string {
  return `${exact(at)} · ${new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')}`
}

/** The time of day: "14:02". */
export function clock(at: string): string {
  return written(at, { hour: '2-digit', minute: '2-digit' })
}

/** A day without its year, for lists: "29 Nov". */
export function shortDay(at: string): string {
  return written(at, { day: 'numeric', month: 'short' })
}

/** Today in words. */
export function today(): string {
  return date(new Date().toISOString())
}
