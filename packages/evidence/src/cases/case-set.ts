import type { Sha256 } from '../import/source.ts'
import type { CaseTable } from './case-table.ts'
import { numberAt } from './number-column.ts'
import { compareTexts, type TextColumn } from './text-column.ts'

/** The cases of a run without what was measured of them: the same cases are the same set, in whatever order and however often. */
export interface CaseSet {
  /** SHA-256 of the ids, lower-case hex. */
  readonly digest: string
  /** The smallest hashes of the ids, at most 32: sets that share a good part of their cases share some of these. Whole numbers below 2^53. */
  readonly sample: readonly number[]
}

const sampleSize = 32
/** So many bytes are digested at once. */
const step = 65_536

/** The set of the cases of a table. */
export function caseSetOf({ ids, rows }: CaseTable, sha256: () => Sha256): CaseSet {
  const hash = sha256()
  const pending = new Uint8Array(step)
  const sample: number[] = []
  let used = 0
  const flush = (): void => {
    hash.update(pending.subarray(0, used))
    used = 0
  }
  for (let row = 0; row < rows; row += 1) {
    if (row > 0 && compareTexts(ids, row - 1, ids, row) === 0) continue
    const id = bytesAt(ids, row)
    if (used + id.length + 1 > step) flush()
    if (id.length + 1 > step) hash.update(id)
    else {
      pending.set(id, used)
      used += id.length
    }
    // No id holds it: ids have an end.
    pending[used] = 0
    used += 1
    keepSmallest(sample, mixed(id))
  }
  flush()
  return { digest: hash.digest('hex'), sample }
}

/**
 * SHA-256 of what was measured of each case, lower-case hex: the same for the same numbers, whatever the metrics, the slices and the
 * columns are called and in whatever order they come.
 */
export function resultsDigestOf({ ids, errors, values }: CaseTable, sha256: () => Sha256): string {
  const columns = values.map((column) => {
    const hash = sha256()
    for (let from = 0; from < errors.length; from += step) {
      const rows = Math.min(step, errors.length - from)
      const numbers = Float64Array.from({ length: rows }, (_, row) => numberAt(column, from + row))
      hash.update(new Uint8Array(numbers.buffer))
    }
    return hash.digest('hex')
  })
  const whole = sha256()
  whole.update(ids.bytes)
  whole.update(new Uint8Array(Uint32Array.from(ids.offsets).buffer))
  whole.update(errors)
  whole.update(new TextEncoder().encode(columns.toSorted().join(' ')))
  return whole.digest('hex')
}

function bytesAt({ bytes, offsets }: TextColumn, row: number): Uint8Array {
  return bytes.subarray(offsets[row], offsets[row + 1])
}

function keepSmallest(sample: number[], value: number): void {
  if (sample.length === sampleSize && value >= (sample.at(-1) ?? 0)) return
  const at = sample.findIndex((it) => it >= value)
  if (sample[at] === value) return
  sample.splice(at === -1 ? sample.length : at, 0, value)
  if (sample.length > sampleSize) sample.pop()
}

/** FNV-1a over the bytes from two beginnings, each stirred by MurmurHash3's finalizer: 53 bits, alike for nothing that is alike. */
function mixed(id: Uint8Array): number {
  let [high, low] = [0x811c9dc5, 0x01000193]
  for (const byte of id) {
    high = Math.imul(high ^ byte, 0x01000193)
    low = Math.imul(low ^ byte, 0x01000193)
  }
  return stirred(high) * 2 ** 21 + (stirred(low) >>> 11)
}

function stirred(value: number): number {
  let it = value ^ (value >>> 16)
  it = Math.imul(it, 0x85ebca6b)
  it ^= it >>> 13
  it = Math.imul(it, 0xc2b2ae35)
  return (it ^ (it >>> 16)) >>> 0
}
