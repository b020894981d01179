/** The first characters of files that aren't text, and what to call such a file. */
const STARTS: readonly (readonly [start: string, look: string])[] = [
  ['PK\x03\x04', 'a zip archive, as spreadsheets are (.xlsx, .ods)'],
  ['\x1f\x8b', 'a gzip archive'],
  ['PAR1', 'a Parquet file'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['%PDF-', 'a PDF document'],
  ['\xd0\xcf\x11\xe0', 'an old spreadsheet (.xls)'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive'],
  ['ARROW1', 'an Arrow file'],
]

/** Names the kind of a file that is certainly no text, by how it begins; `undefined` for others. */
export function lookOf(head: Uint8Array): string | undefined {
  return STARTS.find(([start]) =>
    Array.from({ length: start.length }, (_, index) => start.charCodeAt(index)).every(
      (byte, index) => head[index] === byte,
    ),
  )?.[1]
}

/** Names the kind of a text, by how it begins; `undefined` for what may be a table. */
export function lookOfText(start: string): 'XML or HTML' | 'a JSON array' | 'a JSON object' | undefined {
  const first = start.trimStart()
  if (/^<[?!A-Za-z]/.test(first)) return 'XML or HTML'
  if (/^\[\s*(?:[{["\d\]tfn-]|$)/.test(first)) return 'a JSON array'
  return /^\{\s*(?:"|\}|$)/.test(first) ? 'a JSON object' : undefined
}
