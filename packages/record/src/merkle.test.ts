import { globSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { storeHashes } from '../testing/example-record.ts'
import { fixturePath, hasFixtures, readFixture } from '../testing/fixtures.ts'
import { decodeBase64 } from './base64.ts'
import { decodeHex, encodeHex } from './hex.ts'
import {
  appendLeaf,
  consistencyNodes,
  emptyFrontier,
  frontierAt,
  hashChildren,
  hashLeaf,
  inclusionNodes,
  proveConsistency,
  proveInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts'

// Source: certificate-transparency's reference tree, github.com/transparency-dev/merkle testonly/reference.go.
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  decodeHex,
)
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const sizes = fc.integer({ min: 1, max: 300 })
const largeLog = storeHashes(Array.from({ length: 300 }, (_, at) => Uint8Array.of(at % 256, at >> 8)))

function rootAt(size: bigint): Uint8Array {
  return rootOf(frontierAt(size, largeLog))
}

describe('the tree', () => {
  it('has the published roots of its first eight sizes', () => {
    let frontier = emptyFrontier
    expect(encodeHex(rootOf(frontier))).toBe(roots[0])
    for (const [at, leaf] of leaves.entries()) {
      frontier = appendLeaf(frontier, hashLeaf(leaf))
      expect(encodeHex(rootOf(frontier))).toBe(roots[at + 1])
    }
  })

  it('tells a leaf from an inner node, so that one can never pass for the other', () => {
    const [left, right] = [hashLeaf(Uint8Array.of(1)), hashLeaf(Uint8Array.of(2))]
    expect(hashLeaf(Uint8Array.from([...left, ...right]))).not.toEqual(hashChildren(left, right))
  })
})

describe('proofs', () => {
  it('P4.5: every inclusion proof of every leaf verifies, and at no other index, size or root', () => {
    fc.assert(
      fc.property(sizes, fc.nat(299), fc.nat(299), (count, pick, other) => {
        const size = BigInt(count)
        const index = BigInt(pick % count)
        const wrongIndex = BigInt(other % count)
        const proof = proveInclusion(index, size, largeLog)
        const claim = { index, size, leafHash: largeLog(0, index), root: rootAt(size), proof }
        expect(verifyInclusion(claim)).toBe(true)
        expect(verifyInclusion({ ...claim, index: wrongIndex })).toBe(wrongIndex === index)
        expect(verifyInclusion({ ...claim, root: hashLeaf(claim.root) })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: [...proof, claim.root] })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: proof.slice(0, -1) })).toBe(size === 1n)
      }),
    )
  })

  it('P4.5: every consistency proof verifies, and between no other roots', () => {
    fc.assert(
      fc.property(sizes, sizes, (one, other) => {
        const size1 = BigInt(Math.min(one, other))
        const size2 = BigInt(Math.max(one, other))
        const proof = proveConsistency(size1, size2, largeLog)
        const claim = { size1, size2, root1: rootAt(size1), root2: rootAt(size2), proof }
        expect(verifyConsistency(claim)).toBe(true)
        expect(verifyConsistency({ ...claim, root1: hashLeaf(claim.root1) })).toBe(false)
        expect(verifyConsistency({ ...claim, root2: hashLeaf(claim.root2) })).toBe(false)
        expect(verifyConsistency({ ...claim, proof: [...proof, claim.root1] })).toBe(false)
      }),
    )
  })

  it('reads no stored hash but those it announces', () => {
    const asked: string[] = []
    const spy = (level: number, index: bigint) => {
      asked.push(`${level}/${index}`)
      return largeLog(level, index)
    }
    proveInclusion(77n, 299n, spy)
    proveConsistency(123n, 299n, spy)
    const announced = [...inclusionNodes(77n, 299n), ...consistencyNodes(123n, 299n)]
    expect(asked).toEqual(announced.map(({ level, index }) => `${level}/${index}`))
  })

  it('works with indices beyond 2^53', () => {
    // A tree of equal leaves: the hash of a perfect subtree depends on its level alone.
    const hashAt = (level: number): Uint8Array => {
      const below = level === 0 ? null : hashAt(level - 1)
      return below === null ? hashLeaf(Uint8Array.of(7)) : hashChildren(below, below)
    }
    const size = 2n ** 60n + 12_345n
    const index = 2n ** 53n + 1n
    const claim = {
      index,
      size,
      leafHash: hashAt(0),
      root: rootOf(frontierAt(size, hashAt)),
      proof: proveInclusion(index, size, hashAt),
    }
    expect(verifyInclusion(claim)).toBe(true)
    expect(verifyInclusion({ ...claim, proof: claim.proof.toReversed() })).toBe(false)
    expect(verifyInclusion({ ...claim, size: 2n ** 53n + 2n })).toBe(false)
    const size1 = 2n ** 53n + 3n
    const root1 = rootOf(frontierAt(size1, hashAt))
    const proof = proveConsistency(size1, size, hashAt)
    expect(verifyConsistency({ size1, size2: size, root1, root2: claim.root, proof })).toBe(true)
  })

  it.each([
    [0n, 5n],
    [6n, 5n],
    [-1n, 5n],
  ])('makes and accepts no consistency proof from size %s to size %s', (size1, size2) => {
    expect(() => proveConsistency(size1, size2, largeLog)).toThrow(expect.objectContaining({ code: 'bad_coordinate' }))
    expect(verifyConsistency({ size1, size2, root1: rootAt(5n), root2: rootAt(5n), proof: [] })).toBe(false)
  })

  it.each([5n, 6n, -1n])('makes no inclusion proof of leaf %s in a tree of 5', (index) => {
    expect(() => proveInclusion(index, 5n, largeLog)).toThrow(expect.objectContaining({ code: 'bad_coordinate' }))
  })
})

interface InclusionVector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

interface ConsistencyVector {
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

describe.skipIf(!hasFixtures)('the published vectors of transparency-dev/merkle (skipped without the fixtures)', () => {
  const folder = 'merkle-rfc6962/testdata'
  const find = (kind: string): string[] => globSync(`${kind}/**/*.json`, { cwd: fixturePath(folder) })

  it('agrees with each inclusion vector', () => {
    const names = find('inclusion')
    expect(names.length).toBeGreaterThan(50)
    for (const name of names) {
      const vector: InclusionVector = JSON.parse(readFixture(`${folder}/${name}`))
      const verified = verifyInclusion({
        index: BigInt(vector.leafIdx),
        size: BigInt(vector.treeSize),
        leafHash: decodeBase64(vector.leafHash),
        root: decodeBase64(vector.root),
        proof: (vector.proof ?? []).map(decodeBase64),
      })
      expect([name, verified]).toEqual([name, !vector.wantErr])
    }
  })

  it('agrees with each consistency vector', () => {
    const names = find('consistency')
    expect(names.length).toBeGreaterThan(50)
    for (const name of names) {
      const vector: ConsistencyVector = JSON.parse(readFixture(`${folder}/${name}`))
      const verified = verifyConsistency({
        size1: BigInt(vector.size1),
        size2: BigInt(vector.size2),
        root1: decodeBase64(vector.root1),
        root2: decodeBase64(vector.root2),
        proof: (vector.proof ?? []).map(decodeBase64),
      })
      expect([name, verified]).toEqual([name, !vector.wantErr])
    }
  })
})
