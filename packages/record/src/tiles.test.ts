import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storeHashes } from '../testing/example-record.ts'
import { concatBytes } from './bytes.ts'
import {
  decodeEntries,
  encodeEntries,
  entriesPath,
  hashInTile,
  parseTilePath,
  tileOfNode,
  tilePath,
  tileWidth,
  tileWidthAt,
} from './tiles.ts'

describe('tile paths', () => {
  it('writes the examples of C2SP tlog-tiles', () => {
    expect(tilePath({ level: 0, index: 1_234_067n, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 63, index: 0n, width: 1 })).toBe('tile/63/000.p/1')
    expect(entriesPath(999n, 255)).toBe('tile/entries/999.p/255')
    expect(entriesPath(1000n, 256)).toBe('tile/entries/x001/000')
  })

  it('reads back every path that it writes', () => {
    const coordinates = fc.record({
      level: fc.integer({ min: 0, max: 63 }),
      index: fc.bigInt({ min: 0n, max: 2n ** 60n }),
      width: fc.integer({ min: 1, max: 256 }),
    })
    fc.assert(
      fc.property(coordinates, (tile) => {
        expect(parseTilePath(tilePath(tile).slice('tile/'.length))).toEqual(tile)
        const entries = entriesPath(tile.index, tile.width).slice('tile/'.length)
        expect(parseTilePath(entries)).toEqual({ ...tile, level: 'entries' })
      }),
    )
  })

  it.each([
    '',
    '0',
    '0/0',
    '00/000',
    '64/000',
    '0/x000/000',
    '0/001/000',
    '0/000.p/0',
    '0/000.p/256',
    '0/000.p/01',
    '0/000/',
    '-1/000',
    '0/1000',
    '0/../000',
  ])('refuses %j', (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: 'bad_coordinate' }))
  })

  it('knows the tiles of the 70,000 entries of C2SP tlog-tiles', () => {
    const size = 70_000n
    expect([272n, 273n, 274n].map((index) => tileWidthAt(0, index, size))).toEqual([256, 112, 0])
    expect([0n, 1n, 2n].map((index) => tileWidthAt(1, index, size))).toEqual([256, 17, 0])
    expect([0n, 1n].map((index) => tileWidthAt(2, index, size))).toEqual([1, 0])
  })
})

describe('nodes in tiles', () => {
  const count = 700
  const hashAt = storeHashes(Array.from({ length: count }, (_, at) => Uint8Array.of(at % 256, at >> 8)))

  it('folds every complete node of a tree from its tile', () => {
    for (let level = 0; 2 ** level <= count; level++) {
      for (let index = 0n; (index + 1n) << BigInt(level) <= BigInt(count); index++) {
        const slice = tileOfNode({ level, index })
        const width = tileWidthAt(slice.level, slice.index, BigInt(count))
        const hashes = Array.from({ length: width }, (_, at) =>
          hashAt(slice.level * 8, slice.index * BigInt(tileWidth) + BigInt(at)),
        )
        expect(hashInTile(concatBytes(...hashes), slice)).toEqual(hashAt(level, index))
      }
    }
  })

  it('refuses a tile that is too short for the node', () => {
    expect(() => hashInTile(new Uint8Array(32), tileOfNode({ level: 1, index: 0n }))).toThrow(
      expect.objectContaining({ code: 'bad_coordinate' }),
    )
  })
})

describe('entry bundles', () => {
  it('bring back the entries', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 500 })), (entries) => {
        expect(decodeEntries(encodeEntries(entries))).toEqual(entries)
      }),
    )
  })

  it('refuse an entry of over 65,535 bytes', () => {
    expect(encodeEntries([new Uint8Array(65_535)])).toHaveLength(65_537)
    expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow(expect.objectContaining({ code: 'too_large' }))
  })

  it.each([[[0]], [[0, 2, 1]], [[0, 1, 1, 0]]])('refuse the cut bundle %j', (bytes) => {
    expect(() => decodeEntries(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'bad_coordinate' }))
  })
})
