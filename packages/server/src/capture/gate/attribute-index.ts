import { allowedAttributes, freelySpelt } from './attribute-table.ts'
import { droppedAttributes, droppedIndexOf, droppedNames, droppedNamespaces } from './dropped-names.ts'

/**
 * The verdict of the gate on an attribute: the index of a row of `allowedAttributes`, or, below 0, `-1 - index` of the name of `droppedNames` under
 * which it is counted.
 */
export type AttributeId = number

const idByName = new Map<string, AttributeId>([
  ...droppedAttributes.map((name, index) => [name, -1 - index] as const),
  ...allowedAttributes.map(({ name }, index) => [name, index] as const),
])
const shortestName = Math.min(...[...idByName.keys()].map((name) => name.length))
const longestName = Math.max(...[...idByName.keys()].map((name) => name.length))

interface Entry {
  readonly bytes: Uint8Array
  readonly id: AttributeId
}

const slotCount = 1024
const [dash, dot, underscore] = [0x2d, 0x2e, 0x5f]
const nothing: readonly Entry[] = []
const table: (readonly Entry[] | undefined)[] = Array.from({ length: slotCount })
for (const [name, id] of idByName) {
  const bytes = Buffer.from(name)
  const at = slotOf(bytes, 0, bytes.length)
  table[at] = [...(table[at] ?? []), { bytes, id }]
}

/** Namespaces by their first byte, in the order of the list, with the id that each counts under. */
const namespaces: readonly (readonly Entry[])[] = Array.from({ length: 256 }, (_, first) =>
  droppedNamespaces.flatMap((prefix, index) =>
    prefix.charCodeAt(0) === first ? [{ bytes: Buffer.from(prefix), id: -1 - (droppedAttributes.length + index) }] : [],
  ),
)
const otherId: AttributeId = -droppedNames.length

/** Names that people write in their own way, without what stands between words. */
const freeNames: readonly Entry[] = allowedAttributes.flatMap(({ name, slot }, id) =>
  freelySpelt.has(slot) ? [{ bytes: Buffer.from(name.replaceAll('_', '')), id }] : [],
)
const endings: ReadonlySet<number> = new Set(freeNames.map(({ bytes }) => bytes.at(-1) ?? 0))
const longestFree = Math.max(...freeNames.map(({ bytes }) => bytes.length)) * 2

/** Finds the attribute that a name is another spelling of. @returns -1 for none */
function freelySpeltAt(bytes: Uint8Array, start: number, end: number): AttributeId {
  if (end - start > longestFree || !endings.has(byteAt(bytes, end - 1) | 0x20)) return -1
  return freeNames.find((it) => spells(bytes, start, end, it.bytes))?.id ?? -1
}

function spells(bytes: Uint8Array, start: number, end: number, letters: Uint8Array): boolean {
  let read = 0
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at)
    const isBetween = byte === dot || byte === underscore || byte === dash
    if (isBetween) continue
    if ((byte | 0x20) !== letters[read]) return false
    read += 1
  }
  return read === letters.length
}

/** Finds the id of the attribute whose name lies at `start..end`. The name is compared, never made a string. */
export function attributeIdAt(bytes: Uint8Array, start: number, end: number): AttributeId {
  if (end - start <= longestName && end - start >= shortestName) {
    const entries = table[slotOf(bytes, start, end)] ?? nothing
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]
      if (entry?.bytes.length === end - start && startsWith(bytes, start, entry.bytes)) return entry.id
    }
  }
  const free = freelySpeltAt(bytes, start, end)
  if (free >= 0) return free
  for (const entry of namespaces[bytes[start] ?? 0] ?? []) {
    if (entry.bytes.length <= end - start && startsWith(bytes, start, entry.bytes)) return entry.id
  }
  return otherId
}

/** The same for a name that is a string already, as JSON's are. */
export function attributeIdOf(name: string): AttributeId {
  const there = idByName.get(name)
  if (there !== undefined) return there
  const mayBeFree = name.length <= longestFree && endings.has(name.charCodeAt(name.length - 1) | 0x20)
  const free = mayBeFree ? freelySpeltAt(Buffer.from(name), 0, Buffer.byteLength(name)) : -1
  return free >= 0 ? free : -1 - droppedIndexOf(name)
}

/** From the length and a few bytes, mostly of the end, in which names differ; what shares a slot is compared whole. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const last = byteAt(bytes, end - 1) | (byteAt(bytes, end - 2) << 8) | (byteAt(bytes, end - 3) << 16)
  const others = byteAt(bytes, start) | (byteAt(bytes, (start + end) >> 1) << 8) | (byteAt(bytes, start + 1) << 16)
  const hash = Math.imul(last, 0x01000193) ^ Math.imul(others, 0x85ebca6b) ^ Math.imul(end - start, 0xc2b2ae35)
  return (hash ^ (hash >>> 15)) & (slotCount - 1)
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}

function startsWith(bytes: Uint8Array, start: number, prefix: Uint8Array): boolean {
  for (let index = 0; index < prefix.length; index++) if (bytes[start + index] !== prefix[index]) return false
  return true
}
