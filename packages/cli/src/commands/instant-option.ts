import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'

/** An instant that a person typed: a date, or a date and a time, in UTC where it says nothing else. @throws {CommandFailure} `usage` */
export function instantOf(text: string, option: string): string {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text)
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text)
  const ms = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?$/.test(text)
    ? Date.parse(isDate || hasZone ? text : `${text}Z`)
    : Number.NaN
  if (Number.isNaN(ms)) {
    throw new CommandFailure('usage', `${option} ${printable(text)} is no instant.`, {
      remedy: 'Write it as 2026-10-03 or 2026-10-03T12:00Z.',
    })
  }
  return new Date(ms).toISOString()
}

/** The same of an option that may be left out. */
export function optionalInstant(text: string | undefined, option: string): string | undefined {
  return text === undefined ? undefined : instantOf(text, option)
}
