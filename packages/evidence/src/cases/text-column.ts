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

/** The column of the same texts in another order. */
export function reorderTexts(column: TextColumn, order: Uint32Array): TextColumn {
  const bytes = new Uint8Array(column.offsets.at(-1) ?? 0)
  const offsets = new Uint32Array(order.length + 1)
  let at = 0
  order.forEach((from, to) => {
    const text = column.bytes.subarray(column.offsets[from], column.offsets[from + 1])
    bytes.set(text, at)
    at += text.length
    offsets[to + 1] = at
  })
  return { bytes, offsets }
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
  readonly finish: () => TextColumn
}

/** An empty column that doubles when it is full. */
export function growingTexts(): GrowingTexts {
  let bytes = new Uint8Array(1024)
  let offsets = new Uint32Array(256)
  let count = 0
  let used = 0
  return {
    add(text) {
      // A text takes three bytes a unit at most.
      if (used + text.length * 3 > bytes.length) bytes = grown(bytes, used + text.length * 3)
      if (count + 2 > offsets.length) offsets = grown(offsets, count + 2)
      used += encoder.encodeInto(text, bytes.subarray(used)).written
      count += 1
      offsets[count] = used
    },
    finish: () => ({ bytes: bytes.slice(0, used), offsets: offsets.slice(0, count + 1) }),
  }
}

/** A longer array with the same beginning. */
export function grown<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  array: T,
  needed: number,
): T {
  const longer = new (array.constructor as new (length: number) => T)(Math.max(needed, Math.ceil(array.length * 1.5)))
  longer.set(array)
  return longer
}
