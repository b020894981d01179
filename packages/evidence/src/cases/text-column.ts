import { growingArray } from './growing-array.ts'

/** Texts as bytes, one after the other: a million short ids take their bytes and 4 more each, where strings take 40. */
export interface TextColumn {
  /** UTF-8. */
  readonly bytes: Uint8Array
  /** Where each text begins; one more for the end of the last. */
  readonly offsets: Uint32Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** How many texts a column holds. */
export function textCount({ offsets }: TextColumn): number {
  return offsets.length - 1
}

/** One text of a column. */
export function textAt({ bytes, offsets }: TextColumn, index: number): string {
  return decoder.decode(bytes.subarray(offsets[index], offsets[index + 1]))
}

/** The order of two texts by their bytes, which is that of their code points: below 0, 0 or above, as sorting wants it. */
export function compareTexts(a: TextColumn, atA: number, b: TextColumn, atB: number): number {
  let [left, right] = [a.offsets[atA] ?? 0, b.offsets[atB] ?? 0]
  const leftEnd = a.offsets[atA + 1] ?? left
  const rightEnd = b.offsets[atB + 1] ?? right
  for (; left < leftEnd && right < rightEnd; left += 1, right += 1) {
    const difference = (a.bytes[left] ?? 0) - (b.bytes[right] ?? 0)
    if (difference !== 0) return difference
  }
  return leftEnd - left - (rightEnd - right)
}

/** Whether two columns hold the same texts in the same order. */
export function areSameTexts(a: TextColumn, b: TextColumn): boolean {
  if (a === b) return true
  if (a.bytes.length !== b.bytes.length || a.offsets.length !== b.offsets.length) return false
  return a.offsets.every((offset, at) => b.offsets[at] === offset) && a.bytes.every((byte, at) => b.bytes[at] === byte)
}

/** The column of the same texts in another order. */
export function reorderTexts({ bytes, offsets }: TextColumn, order: Uint32Array): TextColumn {
  const sorted: TextColumn = { bytes: new Uint8Array(bytes.length), offsets: new Uint32Array(order.length + 1) }
  let at = 0
  for (let to = 0; to < order.length; to += 1) {
    const from = order[to] ?? 0
    for (let byte = offsets[from] ?? 0; byte < (offsets[from + 1] ?? 0); byte += 1, at += 1)
      sorted.bytes[at] = bytes[byte] ?? 0
    sorted.offsets[to + 1] = at
  }
  return sorted
}

/** A column of some texts. */
export function textColumn(texts: Iterable<string>): TextColumn {
  const growing = growingTexts()
  for (const text of texts) growing.add(text)
  return growing.finish()
}

/** A column under construction. */
export interface GrowingTexts {
  readonly add: (text: string) => void
  /** The texts so far; no more may be added. */
  readonly finish: () => TextColumn
  /** Lets the memory of what was finished go. */
  readonly release: () => void
}

/** An empty column. */
export function growingTexts(): GrowingTexts {
  const bytes = growingArray(Uint8Array)
  const offsets = growingArray(Uint32Array)
  let count = 0
  let used = 0
  return {
    add(text) {
      // A text takes three bytes a unit at most.
      bytes.reserve(used + text.length * 3)
      offsets.reserve(count + 2)
      used += encoder.encodeInto(text, bytes.array().subarray(used)).written
      count += 1
      offsets.array()[count] = used
    },
    finish: () => ({ bytes: bytes.array().subarray(0, used), offsets: offsets.array().subarray(0, count + 1) }),
    release() {
      bytes.release()
      offsets.release()
    },
  }
}
