import { MalformedBody } from './malformed.ts'

/** Wire types of protobuf that OTLP uses. Groups it never used, and they are refused. */
export const wireVarint = 0
/** The wire type of eight bytes, as of a time or a double. */
export const wireFixed64 = 1
/** The wire type of what tells its length: texts, bytes, messages. */
export const wireLength = 2
/** The wire type of four bytes, as of a float. */
export const wireFixed32 = 5

const twoTo32 = 4_294_967_296
const longestVarint = 10

/**
 * A place in protobuf bytes. Skipping a field moves the place and allocates nothing, whatever lies in it; every length is checked
 * against the end of the message that it lies in, so the time is linear in the bytes. Source: protobuf.dev/programming-guides/encoding.
 */
export class Wire {
  readonly bytes: Uint8Array
  readonly #view: DataView
  at = 0
  /** Of the field that `next` came to. */
  field = 0
  type = 0
  /** Of a field with a length, after `next`: where its bytes lie. */
  start = 0
  end = 0
  /** Of the last varint or fixed64: its upper and lower half, unsigned. */
  high = 0
  low = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes to the next field of the message that ends at `end` and past its value; false at the end. */
  next(end: number): boolean {
    if (this.at >= end) return false
    this.#varint(end)
    if (this.high !== 0) throw new MalformedBody('a tag is too large')
    this.field = this.low >>> 3
    this.type = this.low & 7
    if (this.field === 0) throw new MalformedBody('a field has no number')
    switch (this.type) {
      case wireVarint:
        this.#varint(end)
        return true
      case wireFixed64:
        this.#fixed(8, end)
        this.low = this.#view.getUint32(this.at - 8, true)
        this.high = this.#view.getUint32(this.at - 4, true)
        return true
      case wireLength:
        this.#varint(end)
        if (this.high !== 0 || this.low > end - this.at) throw new MalformedBody('a length reaches past its message')
        this.start = this.at
        this.at += this.low
        this.end = this.at
        return true
      case wireFixed32:
        this.#fixed(4, end)
        return true
      default:
        throw new MalformedBody('a field has a wire type that is not allowed')
    }
  }

  /** The value of a varint as a signed integer of 64 bits, rounded to a double. */
  int64(): number {
    return (this.high | 0) * twoTo32 + this.low
  }

  /** The value of a fixed64 as a double. */
  double(): number {
    return this.#view.getFloat64(this.at - 8, true)
  }

  /** The 32 bits at a place, the highest byte first. */
  wordAt(offset: number): number {
    return this.#view.getUint32(offset)
  }

  doubleAt(offset: number): number {
    return this.#view.getFloat64(offset, true)
  }

  /** Whether `length` bytes at two places are the same: from their end, since names are alike more often than values. */
  areSame(one: number, other: number, length: number): boolean {
    let left = length
    while (left >= 4) {
      left -= 4
      if (this.#view.getInt32(one + left) !== this.#view.getInt32(other + left)) return false
    }
    while (left > 0) {
      left -= 1
      if (this.bytes[one + left] !== this.bytes[other + left]) return false
    }
    return true
  }

  #fixed(size: number, end: number): void {
    if (size > end - this.at) throw new MalformedBody('a number reaches past its message')
    this.at += size
  }

  #varint(end: number): void {
    const { bytes } = this
    const first = bytes[this.at] ?? 0
    if (this.at < end && first < 0x80) {
      this.low = first
      this.high = 0
      this.at += 1
      return
    }
    let low = 0
    let high = 0
    for (let count = 0; count < longestVarint; count++) {
      if (this.at >= end) throw new MalformedBody('a number reaches past its message')
      const byte = bytes[this.at++] ?? 0
      const bits = byte & 0x7f
      if (count < 4) low |= bits << (count * 7)
      else if (count === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (count * 7 - 32)
      if (byte < 0x80) {
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    throw new MalformedBody('a number is longer than ten bytes')
  }
}
