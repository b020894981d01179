import { appendLeaf, emptyFrontier, type Frontier, rootOf, tileWidth } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { damaged, type IndexRange, readAround } from './damage.ts'

const hashBytes = 32

/**
 * Verifies the tiles that the entries of a range fill: proofs are made of them. Each must have the root that its entries give, and its
 * hashes must give that root.
 * @param at.rootOfNode the root of a node as its entries give it, where they are all there
 */
export async function verifyTiles(
  tx: Transaction,
  tenantId: string,
  at: { readonly range: IndexRange; readonly rootOfNode: (level: number, index: number) => Uint8Array | undefined },
): Promise<string[]> {
  const faults: string[] = []
  for (let level = 0; at.range.end >= tileWidth ** (level + 1); level += 1) {
    const span = tileWidth ** (level + 1)
    const range = { first: Math.floor(at.range.first / span), end: Math.floor(at.range.end / span) }
    if (range.first === range.end) break
    const { rows, unreadable } = await readAround(tx, range, (part) => readTiles(tx, tenantId, { level, part }))
    const tiles = new Map(rows.map((row) => [row.idx, row]))
    const lost = (idx: number): boolean => unreadable.some(({ first, end }) => first <= idx && idx < end)
    for (let idx = range.first; idx < range.end; idx += 1) {
      const stored = lost(idx) ? damaged : tiles.get(idx)
      const fault = faultOf(stored, at.rootOfNode(8 * (level + 1), idx))
      if (fault !== undefined) faults.push(`tile ${level}/${idx} is ${fault}`)
    }
  }
  return faults
}

function faultOf(
  stored: { hashes: Uint8Array; root: Uint8Array } | undefined | typeof damaged,
  computed: Uint8Array | undefined,
): string | undefined {
  if (stored === damaged) return "not readable: the database's storage of it is damaged"
  if (stored === undefined) return 'missing'
  const isRight = Buffer.compare(computed ?? stored.root, stored.root) === 0
  return isRight && Buffer.compare(rootOfHashes(stored.hashes), stored.root) === 0 ? undefined : 'another'
}

function rootOfHashes(hashes: Uint8Array): Uint8Array {
  let tree: Frontier = emptyFrontier
  for (let at = 0; at < hashes.length; at += hashBytes) tree = appendLeaf(tree, hashes.subarray(at, at + hashBytes))
  return rootOf(tree)
}

function readTiles(tx: Transaction, tenantId: string, { level, part }: { level: number; part: IndexRange }) {
  return tx
    .selectFrom('ledger_tile')
    .select(['idx', 'hashes', 'root'])
    .where('tenant_id', '=', tenantId)
    .where('level', '=', level)
    .where('idx', '>=', part.first)
    .where('idx', '<', part.end)
    .orderBy('idx')
    .execute()
}
