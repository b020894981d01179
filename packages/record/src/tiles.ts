import { bigEndian, concatBytes } from './bytes.ts'
import { rootOf, emptyFrontier, appendLeaf } from './merkle.ts'
import type { NodeCoordinate } from './merkle.ts'
import { RecordError } from './record-error.ts'

/** Hashes in a full tile. Source: C2SP tlog-tiles. */
export const tileWidth = 256

/** Longest entry that a bundle's 16-bit length can announce. */
export const maxEntryBytes = 65_535

/** A tile of hashes: level 0 holds leaf hashes, each level above one hash per full tile below. */
export interface TileCoordinate {
  readonly level: number
  readonly index: bigint
  /** 1..256; below 256 the tile is partial. */
  readonly width: number
}

/** Where a node's hash is found: fold `count` hashes of the tile from `offset`. */
export interface TileSlice {
  readonly level: number
  readonly index: bigint
  readonly offset: number
  readonly count: number
}

/** Path of a tile of hashes, `tile/<L>/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: TileCoordinate): string {
  return `tile/${level}/${indexPath(index)}${partialSuffix(width)}`
}

/** Path of a bundle of entries, `tile/entries/<N>[.p/<W>]`. */
export function entriesPath(index: bigint, width: number): string {
  return `tile/entries/${indexPath(index)}${partialSuffix(width)}`
}

/**
 * Reads `<L>/<N>[.p/<W>]`, the part after `tile/`; `entries` in place of a level is answered as level `entries`.
 * @throws RecordError `bad_coordinate`
 */
export function parseTilePath(path: string): { level: number | 'entries'; index: bigint; width: number } {
  const parts = /^(entries|0|[1-5]?[1-9]|[1-6]0|6[1-3])\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path)
  const [, level = '', digits = '', partial] = parts ?? []
  const index = BigInt(digits.replaceAll(/[x/]/g, '') || '0')
  const width = partial === undefined ? tileWidth : Number(partial)
  const isWritten = parts !== null && indexPath(index) === digits && (partial === undefined || width < tileWidth)
  if (!isWritten) throw new RecordError('bad_coordinate', `"${path}" is not the path of a tile`)
  return { level: level === 'entries' ? 'entries' : Number(level), index, width }
}

/** Width of a tile in a tree of that size: 256 when full, 0 when it doesn't exist yet. */
export function tileWidthAt(level: number, index: bigint, size: bigint): number {
  const hashes = (size >> BigInt(8 * level)) - index * BigInt(tileWidth)
  if (hashes <= 0n) return 0
  return hashes >= BigInt(tileWidth) ? tileWidth : Number(hashes)
}

/** The tile that holds a node, and the hashes of it to fold. */
export function tileOfNode({ level, index }: NodeCoordinate): TileSlice {
  const height = level % 8
  const first = index << BigInt(height)
  return {
    level: (level - height) / 8,
    index: first / BigInt(tileWidth),
    offset: Number(first % BigInt(tileWidth)),
    count: 2 ** height,
  }
}

/**
 * A node's hash, folded from the hashes of its tile.
 * @throws RecordError `bad_coordinate` when the tile is too short
 */
export function hashInTile(hashes: Uint8Array, { offset, count }: TileSlice): Uint8Array {
  if (hashes.length < (offset + count) * 32) throw new RecordError('bad_coordinate', 'the tile does not hold this node')
  const leaves = Array.from({ length: count }, (_, position) =>
    hashes.subarray((offset + position) * 32, (offset + position + 1) * 32),
  )
  return rootOf(leaves.reduce((frontier, leaf) => appendLeaf(frontier, leaf), emptyFrontier))
}

/** Bytes of a bundle of entries, each with its length before it. @throws RecordError `too_large` */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...entries.flatMap((entry) => [entryLength(entry), entry]))
}

/** Entries of a bundle. @throws RecordError `bad_coordinate` when the bundle is cut */
export function decodeEntries(bundle: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength)
  const entries: Uint8Array[] = []
  let offset = 0
  while (offset < bundle.length) {
    const end = offset + 2 > bundle.length ? Infinity : offset + 2 + view.getUint16(offset)
    if (end > bundle.length) throw new RecordError('bad_coordinate', 'the bundle of entries is cut')
    entries.push(bundle.subarray(offset + 2, end))
    offset = end
  }
  return entries
}

function entryLength(entry: Uint8Array): Uint8Array {
  if (entry.length > maxEntryBytes) throw new RecordError('too_large', `an entry has at most ${maxEntryBytes} bytes`)
  return bigEndian(entry.length, 2)
}

// 1234067 -> x001/x234/067
function indexPath(index: bigint): string {
  const digits = index.toString()
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0')
  return padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/')
}

function partialSuffix(width: number): string {
  return width === tileWidth ? '' : `.p/${width}`
}
