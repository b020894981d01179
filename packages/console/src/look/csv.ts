/** A table as CSV (RFC 4180). A text that a spreadsheet would take for a formula has an apostrophe before it, which spreadsheets don't show. */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠|%]/u.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n\t';]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
