const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long ago it was, or how soon it will be: "2m ago", "in 3d"; from 60 days on, the date. */
export function relative(at: string, now: number = Date.now()): string {
  const ms = Date.parse(at) - now
  const size = Math.abs(ms)
  if (size >= 60 * day) return date(at)
  const format = new Intl.RelativeTimeFormat('en', { style: 'narrow', numeric: 'auto' })
  if (size < hour)
    return size < minute ? (ms <= 0 ? 'just now' : 'in a moment') : format.format(Math.round(ms / minute), 'minute')
  return size < day ? format.format(Math.round(ms / hour), 'hour') : format.format(Math.round(ms / day), 'day')
}

/** A day in words: "29 November 2026". */
export function date(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(new Date(at))
}

/** An instant to the second with its zone: "29 Nov 2026, 14:02:11 CET". */
export function exact(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at))
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
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(at))
}

/** A day without its year, for lists: "29 Nov". */
export function shortDay(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date(at))
}

/** Today in words. */
export function today(): string {
  return date(new Date().toISOString())
}
