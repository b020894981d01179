import { memberOf } from './json-shapes.ts'
import { type SpanIds, spanIdWords } from '../nesting/span-records.ts'

const ids = new Uint32Array(spanIdWords)

/** The ids of a span in JSON: in hexadecimal, as OTLP says, or in base64, as JSON writes bytes elsewhere. They are used again for the next. */
export function readJsonIds(span: Readonly<Record<string, unknown>>): SpanIds {
  ids.fill(0)
  readId(memberOf(span, 'traceId'), 0, 16)
  readId(memberOf(span, 'spanId'), 4, 8)
  readId(memberOf(span, 'parentSpanId'), 6, 8)
  return ids
}

function readId(value: unknown, place: number, length: number): void {
  if (typeof value !== 'string' || value.length > 2 * length) return
  const bytes = Buffer.from(value, value.length === 2 * length && /^[\da-f]+$/i.test(value) ? 'hex' : 'base64')
  if (bytes.length !== length) return
  for (let word = 0; word * 4 < length; word++) ids[place + word] = bytes.readUInt32BE(word * 4)
}
