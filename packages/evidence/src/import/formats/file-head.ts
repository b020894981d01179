import { readRecords } from '../csv-records.ts'
import { shallowKeys } from '../json-text.ts'
import type { FileHead } from './format.ts'

/** So much of a file is looked at: the first record of most, and the first members of a document. */
const HEAD_SIZE = 4 * 1024 * 1024
const HEADER_SIZE = 256 * 1024
const START_SIZE = 64 * 1024

const nothing = { keys: new Set<string>(), isLines: false, columns: new Set<string>() }

/** Looks at the beginning of a file. */
export function headOf(chunks: Iterable<Uint8Array>, name = ''): FileHead {
  const bytes = beginningOf(chunks)
  const extension = /\.[^./\\]*$/.exec(name.toLowerCase())?.[0] ?? ''
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return { ...nothing, kind: 'zip', start: '', extension }
  const text = new TextDecoder().decode(bytes.subarray(0, HEAD_SIZE)).trimStart()
  const start = text.slice(0, START_SIZE)
  if (text[0] === '<') return { ...nothing, kind: 'xml', start, extension }
  if (text[0] !== '{' && text[0] !== '[')
    return { ...nothing, kind: 'text', columns: headerOf(text.slice(0, HEADER_SIZE)), start, extension }
  const { keys, ended } = shallowKeys(text)
  const hasMore = ended !== undefined && text.slice(ended).trimStart() !== ''
  const isLines = hasMore || (ended === undefined && /^\.(jsonl|ndjson)$/.test(extension))
  return { ...nothing, kind: 'json', keys, isLines, start, extension }
}

function beginningOf(chunks: Iterable<Uint8Array>): Uint8Array {
  const bytes = new Uint8Array(HEAD_SIZE)
  let size = 0
  for (const piece of chunks) {
    const part = piece.subarray(0, HEAD_SIZE - size)
    bytes.set(part, size)
    size += part.length
    if (size === HEAD_SIZE) break
  }
  return bytes.subarray(0, size)
}

/** The names of columns under any separator: what is looked for are whole names. */
function headerOf(text: string): ReadonlySet<string> {
  const line = text.replace(/^sep=.\r?\n/i, '')
  const names = [',', ';', '\t', '|'].flatMap((separator) => {
    for (const record of readRecords([line], separator)) return 'cells' in record ? record.cells : []
    return []
  })
  return new Set(names.map((column) => column.trim()))
}
