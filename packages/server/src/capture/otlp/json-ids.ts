import { memberOf } from './json-shapes.ts'
import { type SpanIds, spanIdWords } from '../nesting/span-records.ts'

const ids = new Uint32Array(spanIdWords)

/**
 * Reads the ids of a span in JSON: in hexadecimal, as OTLP says, or in base64, as JSON writes bytes elsewhere. They are used again for the next.
 * @returns also whether what is told of them could be read
 */
export function readJsonIds(span: Readonly<Record<string, unknown>>): { ids: SpanIds; areRead: boolean } {
  ids.fill(0)
  const read = [readId(span, 'traceId', 0, 16), readId(span, 'spanId', 4, 8), readId(span, 'parentSpanId', 6, 8)]
  return { ids, areRead: !read.includes(false) }
}

function readId(span: Readonly<Record<string, unknown>>, name: string, place: number, length: number): boolean {
  const value = memberOf(span, name) ?? span[name.replace(/Id$/, 'ID')]
  if (value === undefined || value === null || value === '') return true
  if (typeof value !== 'string') return false
  const plain = value.replaceAll(/^0x|-/gi, '')
  const isHexadecimal = plain.length === 2 * length && /^[\da-f]+$/i.test(plain)
  if (!isHexadecimal && value.length > 2 * length) return false
  const bytes = Buffer.from(isHexadecimal ? plain : value, isHexadecimal ? 'hex' : 'base64')
  if (bytes.length !== length) return false
  for (let word = 0; word * 4 < length; word++) ids[place + word] = bytes.readUInt32BE(word * 4)
  return true
}
