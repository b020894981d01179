/** Beyond so many different texts the set takes no more. Its table then holds 16 MiB. */
const MOST = 2 ** 20
const SMALLEST = 2 ** 10

/** Tells texts apart by 53 bits of a hash, in a bounded place: of a million texts one in ten thousand sets confuses two. */
export interface DistinctTexts {
  /** Whether the text is new. Once the set is full every text that it doesn't hold is. */
  readonly add: (text: string) => boolean
  /** How many were new; once the set is full, at least as many as there are. */
  readonly count: () => number
  readonly isFull: () => boolean
}

/** An empty set. */
export function distinctTexts(): DistinctTexts {
  // Zero is an empty place.
  let table = new Float64Array(SMALLEST)
  let held = 0
  let count = 0

  function place(hash: number): number {
    let at = hash % table.length
    while (table[at] !== 0 && table[at] !== hash) at = (at + 1) % table.length
    return at
  }

  function grow(): void {
    const before = table
    table = new Float64Array(before.length * 2)
    for (const hash of before) if (hash !== 0) table[place(hash)] = hash
  }

  return {
    add(text) {
      const hash = hashOf(text)
      const at = place(hash)
      if (table[at] === hash) return false
      count += 1
      if (held >= MOST) return true
      table[at] = hash
      held += 1
      if (held * 2 > table.length) grow()
      return true
    },
    count: () => count,
    isFull: () => held >= MOST,
  }
}

/** 53 bits, never zero: two lanes of multiplication and xor over the UTF-16 units. */
function hashOf(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2_654_435_761)
    b = Math.imul(b ^ unit, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return 4_294_967_296 * (b & 0x1f_ffff) + (a >>> 0) || 1
}
