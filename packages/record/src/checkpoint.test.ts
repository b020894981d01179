import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createExampleKey } from '../testing/example-record.ts'
import { fixturePath, hasFixtures, readFixture } from '../testing/fixtures.ts'
import { encodeBase64 } from './base64.ts'
import { parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import {
  appendLeaf,
  emptyFrontier,
  frontierAt,
  hashLeaf,
  proveConsistency,
  proveInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'
import type { HashReader } from './merkle.ts'
import { createNoteSigner, createNoteVerifier, parseVkey, signNote } from './signed-note.ts'
import { decodeEntries, entriesPath, hashInTile, tileOfNode, tilePath } from './tiles.ts'

const key = createExampleKey()
const signer = createNoteSigner('example.com/log', key.privateKey, key.publicKey)
const verifier = createNoteVerifier('example.com/log', key.publicKey)
const root = hashLeaf(Uint8Array.of(1))

describe('checkpoints', () => {
  it('bring back origin, size and root', () => {
    const parsed = parseCheckpoint(signCheckpoint({ origin: 'example.com/log', size: 2n ** 59n, root }, [signer]))
    expect(parsed).toMatchObject({ origin: 'example.com/log', size: 2n ** 59n, root, extensions: [] })
    expect(verifyCheckpoint(parsed, [verifier])).toEqual([verifier])
  })

  it('of one log are not vouched for by the key of another', () => {
    const foreign = parseCheckpoint(signCheckpoint({ origin: 'example.com/other', size: 1n, root }, [signer]))
    expect(() => verifyCheckpoint(foreign, [verifier])).toThrow(expect.objectContaining({ code: 'unknown_key' }))
  })

  const hash = encodeBase64(root)
  it.each([
    `log\n01\n${hash}\n`,
    `log\n-1\n${hash}\n`,
    `log\n1\n`,
    `log\n1\nAAAA\n`,
    `\n1\n${hash}\n`,
    `log\n1\n${hash}\n\nmore\n`,
  ])('are not of the form %j', (text) => {
    expect(() => parseCheckpoint(signNote(text, [signer]))).toThrow(expect.objectContaining({ code: 'bad_checkpoint' }))
  })
})

describe.skipIf(!hasFixtures)('a real tlog-tiles log, written by Tessera (skipped without the fixtures)', () => {
  const folder = 'tessera-log/testdata/log'
  const log = parseVkey('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx')
  const sizes = Array.from({ length: 16 }, (_, size) => size)
  const checkpointAt = (size: number | bigint) => parseCheckpoint(readFixture(`${folder}/checkpoint.${size}`))
  const entries = (size: number) => decodeEntries(readFileSync(fixturePath(`${folder}/${entriesPath(0n, size)}`)))
  const readerOf = (size: number): HashReader => {
    const tile = new Uint8Array(
      readFileSync(fixturePath(`${folder}/${tilePath({ level: 0, index: 0n, width: size })}`)),
    )
    return (level, index) => hashInTile(tile, tileOfNode({ level, index }))
  }

  it('signed each of its 16 checkpoints', () => {
    for (const size of sizes) {
      const checkpoint = checkpointAt(size)
      expect(checkpoint.size).toBe(BigInt(size))
      expect(verifyCheckpoint(checkpoint, [log])).toEqual([log])
    }
  })

  it.each(sizes.slice(1))('has the root of size %i, from its entries and from its tiles', (size) => {
    const leafHashes = entries(size).map(hashLeaf)
    const frontier = leafHashes.reduce((grown, leaf) => appendLeaf(grown, leaf), emptyFrontier)
    expect(rootOf(frontier)).toEqual(checkpointAt(size).root)
    expect(rootOf(frontierAt(BigInt(size), readerOf(size)))).toEqual(checkpointAt(size).root)
  })

  it('has inclusion and consistency proofs between all its sizes', () => {
    const hashAt = readerOf(15)
    for (let size2 = 1n; size2 <= 15n; size2++) {
      const root2 = checkpointAt(size2).root
      for (let at = 0n; at < size2; at++) {
        const inclusion = proveInclusion(at, size2, hashAt)
        expect(
          verifyInclusion({ index: at, size: size2, leafHash: hashAt(0, at), root: root2, proof: inclusion }),
        ).toBe(true)
        const size1 = at + 1n
        const proof = proveConsistency(size1, size2, hashAt)
        expect(verifyConsistency({ size1, size2, root1: checkpointAt(size1).root, root2, proof })).toBe(true)
      }
    }
  })
})
