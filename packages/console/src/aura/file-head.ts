import type { Preview } from './evaluations.ts'

/** Columns of a file as its reader's own machine sees them: nothing of this is sent anywhere. */
export interface LocalColumns {
  /** The name of the column at a place of the preview, as the file has it. */
  readonly nameOf: (place: number) => string | undefined
  /** Some of its values. */
  readonly examplesOf: (place: number) => readonly string[]
}

const headBytes = 256 * 1024
const mostExamples = 3
const mostCharacters = 36

/** Reads the beginning of a file, for the names and values that the server doesn't tell. Undefined of what is no table. */
export async function readHead(file: Blob, preview: Preview): Promise<LocalColumns | undefined> {
  if (preview.columns.length === 0) return undefined
  const bytes = new Uint8Array(await file.slice(0, headBytes).arrayBuffer())
  const text = new TextDecoder(encodingOf(bytes, preview)).decode(bytes)
  return preview.format === 'csv'
    ? csvColumns(text, preview.columns.length + preview.moreColumns, file.size <= headBytes)
    : jsonColumns(text, preview)
}

function encodingOf([first, second]: Uint8Array, { run }: Preview): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return run?.table?.encoding ?? 'utf-8'
}

/** Columns of CSV: the separator is the one under which the header has as many as the server found. */
export function csvColumns(text: string, width: number, isWhole: boolean): LocalColumns | undefined {
  const body = text.replace(/^sep=.\r?\n/i, '')
  for (const separator of [',', ';', '\t', '|']) {
    const rows = recordsOf(body, separator, isWhole)
    const [header] = rows
    if (header?.length !== width) continue
    const names = namesOf(header)
    const below = rows.slice(1).filter((row) => row.length === width)
    return { nameOf: (place) => names[place], examplesOf: (place) => examples(below.map((row) => row[place])) }
  }
  return undefined
}

/** Columns of objects: keys, or pointers into nested ones, by the names that the server tells. */
function jsonColumns(text: string, { columns }: Preview): LocalColumns {
  const records = objectsOf(text)
  return {
    nameOf: (place) => columns.find((column) => column.place === place)?.name,
    examplesOf(place) {
      const name = columns.find((column) => column.place === place)?.name ?? ''
      return examples(records.map((record) => textOf(valueAt(record, name))))
    },
  }
}

function valueAt(record: unknown, name: string): unknown {
  return name.startsWith('/') ? name.slice(1).split('/').reduce(fieldOf, record) : fieldOf(record, name)
}

function objectsOf(text: string): unknown[] {
  try {
    const whole: unknown = JSON.parse(text)
    if (Array.isArray(whole)) return whole.slice(0, 20) as unknown[]
  } catch {
    // Lines, or an array that is longer than its beginning.
  }
  return text
    .split('\n')
    .slice(0, 20)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown]
      } catch {
        return []
      }
    })
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A few different values, each cut to what a cell of a table shows. */
function examples(values: readonly (string | undefined)[]): string[] {
  const shown = values.map((value) => value?.replaceAll(/\s+/g, ' ').trim() ?? '').filter((value) => value !== '')
  return [...new Set(shown)]
    .slice(0, mostExamples)
    .map((value) => (value.length > mostCharacters ? `${value.slice(0, mostCharacters - 1)}…` : value))
}

/** A column without a name is called by its place; columns of one name are told apart, as the import does. */
function namesOf(header: readonly string[]): string[] {
  const given = header.map((cell, index) => (cell.trim() === '' ? `column-${index + 1}` : cell.trim()))
  return given.map((name, index) => {
    if (given.filter((other) => other === name).length === 1) return name
    return `${name}#${given.slice(0, index + 1).filter((other) => other === name).length}`
  })
}

/** The first records (RFC 4180); of a text that was cut off, without its last. */
function recordsOf(text: string, separator: string, isWhole: boolean): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length && rows.length < 20; at += 1) {
    const character = text[at] ?? ''
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (character === '"' && cell === '') isQuoted = true
    else if (character === separator) {
      row.push(cell)
      cell = ''
    } else if (character === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      row = []
      cell = ''
    } else cell += character
  }
  if (isWhole && rows.length < 20 && (cell !== '' || row.length > 0)) rows.push([...row, cell])
  return rows
}
