import { addCounts, type Distribution, emptyDistribution } from './distribution.ts'
import { emptyWindow, type WindowAggregate, windowCounts, windowQuantities } from './window.ts'

/**
 * Windows as bytes: what takes JSON three times the room. Integers as in Protocol Buffers (varints of seven bits, signs folded in), doubles
 * as eight bytes, little end first; bins of a sketch as differences from the one before. The same window always has the same bytes.
 */
const version = 1

/** Packs a window into the bytes in which it is kept. */
export function packWindow(window: WindowAggregate): Uint8Array {
  const out = createWriter()
  out.integer(version)
  for (const name of windowCounts) out.integer(Math.max(0, window[name]))
  for (const name of windowQuantities) {
    const it = window[name]
    writeDistribution(out, it.n > 0 ? it : emptyDistribution())
  }
  writeNamed(out, window.finishReasons, out.integer)
  writeNamed(out, window.scores, (it) => writeDistribution(out, it))
  // Last, so that what comes before it tells whether anything is left of a window: the count of distinct things only grows.
  if (window.distinct.some((zeros) => zeros > 0)) out.raw(window.distinct)
  return out.bytes()
}

/** The window that was kept. @throws RangeError for bytes that aren't a window's */
export function openWindow(packed: Uint8Array): WindowAggregate {
  const from = createReader(packed)
  if (from.integer() !== version) throw new RangeError('a window of another version')
  const window = emptyWindow()
  for (const name of windowCounts) window[name] = addCounts(from.integer(), 0)
  for (const name of windowQuantities) Object.assign(window[name], readDistribution(from))
  readNamed(from, window.finishReasons, from.integer)
  readNamed(from, window.scores, () => readDistribution(from))
  const distinct = from.rest()
  if (distinct.length > 0) window.distinct.set(distinct)
  return window
}

const sums = ['sum', 'squares', 'logSum', 'logSquares'] as const

function writeDistribution(out: Writer, { n, logN, sketch, ...it }: Distribution): void {
  out.integer(n)
  if (n === 0) return
  out.integer(logN)
  for (const name of sums) {
    out.integer(it[name].length)
    it[name].forEach(out.double)
  }
  out.integer(sketch.zeros)
  writeBins(out, sketch.positive)
  writeBins(out, sketch.negative)
}

function readDistribution(from: Reader): Distribution {
  const empty = emptyDistribution()
  const n = addCounts(from.integer(), 0)
  if (n === 0) return empty
  const logN = addCounts(from.integer(), 0)
  for (const name of sums) for (let left = from.integer(); left > 0; left -= 1) empty[name].push(from.double())
  empty.sketch.zeros = from.integer()
  readBins(from, empty.sketch.positive)
  readBins(from, empty.sketch.negative)
  return { ...empty, n, logN }
}

function writeBins(out: Writer, bins: ReadonlyMap<number, number>): void {
  out.integer(bins.size)
  let before = 0
  for (const [bin, count] of [...bins].toSorted(([a], [b]) => a - b)) {
    out.integer(bin - before)
    out.integer(count)
    before = bin
  }
}

function readBins(from: Reader, bins: Map<number, number>): void {
  let bin = 0
  for (let left = from.integer(); left > 0; left -= 1) {
    bin += from.integer()
    bins.set(bin, from.integer())
  }
}

function writeNamed<T>(out: Writer, map: ReadonlyMap<string, T>, write: (it: T) => void): void {
  out.integer(map.size)
  for (const [name, it] of [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const text = new TextEncoder().encode(name)
    out.integer(text.length)
    out.raw(text)
    write(it)
  }
}

function readNamed<T>(from: Reader, map: Map<string, T>, read: () => T): void {
  for (let left = from.integer(); left > 0; left -= 1) {
    const name = new TextDecoder().decode(from.raw(from.integer()))
    map.set(name, read())
  }
}

type Writer = ReturnType<typeof createWriter>
type Reader = ReturnType<typeof createReader>

function createWriter() {
  let buffer = new Uint8Array(1024)
  let length = 0
  const room = (count: number): void => {
    if (length + count <= buffer.length) return
    const larger = new Uint8Array(2 * (length + count))
    larger.set(buffer)
    buffer = larger
  }
  return {
    integer(value: number): void {
      room(10)
      // Beyond 32 bits by dividing: the bit operations of numbers end there.
      let left = value < 0 ? -2 * value - 1 : 2 * value
      for (; left >= 128; left = Math.floor(left / 128)) buffer[length++] = (left % 128) + 128
      buffer[length++] = left
    },
    double(value: number): void {
      room(8)
      new DataView(buffer.buffer).setFloat64(length, value, true)
      length += 8
    },
    raw(bytes: Uint8Array): void {
      room(bytes.length)
      buffer.set(bytes, length)
      length += bytes.length
    },
    bytes: (): Uint8Array => buffer.slice(0, length),
  }
}

function createReader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const raw = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw new RangeError('a window that is cut')
    at += count
    return bytes.subarray(at - count, at)
  }
  return {
    integer(): number {
      let value = 0
      for (let weight = 1; ; weight *= 128) {
        const byte = view.getUint8(at++)
        value += (byte % 128) * weight
        if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      }
    },
    double(): number {
      at += 8
      return view.getFloat64(at - 8, true)
    },
    raw,
    rest: (): Uint8Array => raw(bytes.length - at),
  }
}
