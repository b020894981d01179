const columns = [
  'logIndex',
  'id',
  'occurredAt',
  'action',
  'outcome',
  'actorId',
  'credential',
  'address',
  'requestId',
  'resource',
  'details',
  'actorName',
  'actorEmail',
  'actorKey',
  'resourceName',
] as const

type CsvRow = Readonly<Record<(typeof columns)[number], unknown>>

/** The first line: names of the columns. */
export const csvHeader = `${columns.join(',')}\r\n`

/** One row (RFC 4180): `details` as JSON, null as nothing. */
export function toCsvRow(row: CsvRow): string {
  return `${columns.map((column) => toCell(row[column])).join(',')}\r\n`
}

/**
 * A cell that no spreadsheet takes for a formula (ASVS 1.2.10): what begins like one, in whatever width, gets an apostrophe.
 * Spaces before it don't hide it from a spreadsheet, so they don't here either.
 */
function toCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const safe = /^\s*[=+\-@＝＋－＠\t\r\n\0]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
