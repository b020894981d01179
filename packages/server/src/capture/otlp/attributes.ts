import { attributeIdAt } from '../gate/attribute-index.ts'
import type { Gate } from '../gate/gate.ts'
import type { Facts } from '../gate/slots.ts'
import { internedText, rememberText } from './interned-text.ts'
import { type Wire, wireFixed64, wireLength, wireVarint } from './wire.ts'

// Fields of KeyValue, AnyValue and ArrayValue (opentelemetry/proto/common/v1).
const keyField = 1
const valueField = 2
const stringValue = 1
const boolValue = 2
const intValue = 3
const doubleValue = 4
const arrayValue = 5
const kvlistValue = 6
const bytesValue = 7
const arrayValues = 1

/** Longest list of texts that is read. */
const longestList = 512

/** Reads the KeyValue at `start..end`: a name that isn't allowed is counted, and its value never looked at. */
export function readAttribute(wire: Wire, start: number, end: number, gate: Gate, facts: Facts): void {
  let keyStart = start
  let keyEnd = start
  let valueStart = -1
  let valueEnd = -1
  wire.at = start
  while (wire.next(end)) {
    if (wire.field === keyField && wire.type === wireLength) {
      keyStart = wire.start
      keyEnd = wire.end
    } else if (wire.field === valueField && wire.type === wireLength) {
      valueStart = wire.start
      valueEnd = wire.end
    } else gate.drops.field('unknown_field')
  }
  const id = attributeIdAt(wire.bytes, keyStart, keyEnd)
  if (id < 0) return gate.drops.attribute(-1 - id)
  if (gate.isPresence(id)) return gate.present(id, facts)
  if (valueStart < 0) return gate.empty(id, facts)
  readValue(wire, valueStart, valueEnd, gate, { id, facts })
}

interface Target {
  readonly id: number
  readonly facts: Facts
}

/** Reads an AnyValue. Of several members the last one counts, as the encoding says. */
function readValue(wire: Wire, start: number, end: number, gate: Gate, { id, facts }: Target): void {
  let member = 0
  let number = 0
  let from = 0
  let to = 0
  wire.at = start
  while (wire.next(end)) {
    const expected = expectedType(wire.field)
    if (expected !== wire.type) {
      gate.drops.field('unknown_field')
      continue
    }
    member = wire.field
    if (member === intValue) number = wire.int64()
    else if (member === doubleValue) number = wire.double()
    else {
      from = wire.start
      to = wire.end
    }
  }
  if (member === 0) return gate.empty(id, facts)
  if (member === intValue || member === doubleValue) return gate.number(id, number, facts)
  if (member === stringValue) return readText(wire, from, to, gate, { id, facts })
  if (member === arrayValue && gate.takesList(id)) return readList(wire, from, to, gate, { id, facts })
  gate.unfit(id, 'wrong_type', facts)
}

function expectedType(field: number): number {
  if (field === boolValue || field === intValue) return wireVarint
  if (field === doubleValue) return wireFixed64
  if (field === stringValue || field === arrayValue || field === kvlistValue || field === bytesValue) return wireLength
  return -1
}

function readText(wire: Wire, from: number, to: number, gate: Gate, { id, facts }: Target): void {
  if (to - from > gate.longestTextOn(id)) return gate.unfit(id, 'too_long', facts)
  if (gate.isDigest(id)) return gate.digest(id, [wire.bytes.subarray(from, to)], facts)
  const text = internedText(wire.bytes, from, to)
  if (gate.text(id, text, facts)) rememberText(text)
}

const nothing = new Uint8Array(0)

/** Reads an ArrayValue of texts: what is digested together, or finish reasons, of which one that is no text doesn't hide the others. */
function readList(wire: Wire, start: number, end: number, gate: Gate, { id, facts }: Target): void {
  const texts: Uint8Array[] = []
  let length = 0
  wire.at = start
  while (wire.next(end)) {
    if (wire.field !== arrayValues || wire.type !== wireLength) {
      gate.drops.field('unknown_field')
      continue
    }
    const after = wire.at
    const text = textOf(wire, wire.start, wire.end)
    wire.at = after
    if (texts.length === longestList || (text === undefined && gate.isDigest(id)))
      return gate.unfit(id, 'wrong_type', facts)
    length += text?.length ?? 0
    texts.push(text ?? nothing)
  }
  if (length > gate.longestTextOn(id)) return gate.unfit(id, 'too_long', facts)
  const [first, ...more] = texts
  if (first === undefined) return
  if (gate.isDigest(id)) return gate.digest(id, texts, facts)
  const text = internedText(first, 0, first.length)
  if (more.length > 0) gate.reasons(id, [text, ...more.map(wholeText)], facts)
  else if (gate.text(id, text, facts)) rememberText(text)
}

function wholeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

function textOf(wire: Wire, start: number, end: number): Uint8Array | undefined {
  let text: Uint8Array | undefined
  wire.at = start
  while (wire.next(end)) {
    if (expectedType(wire.field) !== wire.type) continue
    text = wire.field === stringValue ? wire.bytes.subarray(wire.start, wire.end) : undefined
  }
  return text
}
