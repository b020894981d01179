import {
  appendLeaf,
  emptyFrontier,
  hashLeaf,
  type NodeCoordinate,
  type NoteVerifier,
  parseCheckpoint,
  rootOf,
  verifyCheckpoint,
} from '@afterai/record'
import { createHash, type Hash } from 'node:crypto'
import type { Transaction } from '../platform/database.ts'
import { refusedFaults } from './refused.ts'

const pageSize = 1_000

/** What is wrong with a log: intact says that it is what was signed, complete that no producer's number is missing. */
export interface LogAudit {
  readonly size: number
  readonly checkpoints: number
  readonly intact: boolean
  readonly complete: boolean
  readonly faults: readonly string[]
}

/** Recomputes a log from its first entry: every leaf, every checkpoint's root and signature, every producer's numbers. */
export async function auditWholeLog(
  tx: Transaction,
  tenantId: string,
  known: readonly NoteVerifier[],
): Promise<LogAudit> {
  const faults: string[] = []
  const checkpoints = await tx
    .selectFrom('ledger_checkpoint')
    .select(['size', 'root', 'note'])
    .where('tenant_id', '=', tenantId)
    .orderBy('size')
    .execute()
  let tree = emptyFrontier
  let next = 0
  const numbers = new Map<string, number[]>()
  const tiles = createTileCheck()
  for await (const row of entriesOf(tx, tenantId)) {
    if (row.idx !== Number(tree.size)) faults.push(`entry ${tree.size} is missing`)
    const leafHash = hashLeaf(row.entry)
    if (Buffer.compare(leafHash, row.leaf_hash) !== 0) faults.push(`the stored hash of entry ${row.idx} is another`)
    tree = appendLeaf(tree, leafHash, (node, hash) => tiles.add(node, hash))
    const list = numbers.get(row.producer_id) ?? []
    list.push(row.producer_sequence)
    numbers.set(row.producer_id, list)
    while (next < checkpoints.length && checkpoints[next]?.size === Number(tree.size)) {
      faults.push(...checkpointFaults(checkpoints[next]?.note ?? '', rootOf(tree), known))
      next += 1
    }
  }
  if (next < checkpoints.length)
    faults.push(`a checkpoint was signed for ${checkpoints.at(-1)?.size} entries; ${tree.size} are here`)
  if (tree.size > 0n && checkpoints.at(-1)?.size !== Number(tree.size))
    faults.push('the last entries have no checkpoint')
  faults.push(...(await tiles.faults(tx, tenantId)))
  const gaps = [...numbers].flatMap(([producer, list]) => gapsOf(producer, list))
  // What was set aside may be the genuine one of the two, so its place counts as unfilled.
  gaps.push(...(await refusedFaults(tx, tenantId)))
  return {
    size: Number(tree.size),
    checkpoints: checkpoints.length,
    intact: faults.length === 0,
    complete: gaps.length === 0,
    faults: [...faults, ...gaps],
  }
}

function checkpointFaults(note: string, root: Uint8Array, known: readonly NoteVerifier[]): string[] {
  try {
    const checkpoint = parseCheckpoint(note)
    verifyCheckpoint(checkpoint, known)
    return Buffer.compare(checkpoint.root, root) === 0 ? [] : [`the root of checkpoint ${checkpoint.size} is another`]
  } catch (error) {
    return [`a checkpoint is not signed by the log: ${error instanceof Error ? error.message : 'unreadable'}`]
  }
}

function gapsOf(producer: string, numbers: readonly number[]): string[] {
  const seen = numbers.toSorted((a, b) => a - b)
  return seen.some((number, position) => number !== position + 1)
    ? [`producer ${producer} has gaps: ${seen.length} entries, numbered up to ${seen.at(-1)}`]
    : []
}

// Tiles are what proofs are made of; each must be what its entries give.
function createTileCheck() {
  const roots = new Map<string, Uint8Array>()
  const widths = new Map<string, Hash>()
  return {
    add({ level, index }: NodeCoordinate, hash: Uint8Array): void {
      if (level % 8 !== 0) return
      const key = `${level / 8}/${index / 256n}`
      widths.set(key, (widths.get(key) ?? createHash('sha256')).update(hash))
      if (level > 0) roots.set(`${level / 8 - 1}/${index}`, hash)
    },
    async faults(tx: Transaction, tenantId: string): Promise<string[]> {
      const faults: string[] = []
      const missing = new Set(roots.keys())
      for (const tile of await tx.selectFrom('ledger_tile').selectAll().where('tenant_id', '=', tenantId).execute()) {
        const key = `${tile.level}/${tile.idx}`
        const root = roots.get(key)
        missing.delete(key)
        const digest = createHash('sha256').update(tile.hashes).digest()
        const isRight = root !== undefined && Buffer.compare(root, tile.root) === 0
        if (!isRight || Buffer.compare(digest, widths.get(key)?.digest() ?? digest.subarray(1)) !== 0)
          faults.push(`tile ${key} is another`)
      }
      return [...faults, ...[...missing].map((key) => `tile ${key} is missing`)]
    },
  }
}

async function* entriesOf(tx: Transaction, tenantId: string) {
  for (let after = -1; ;) {
    const rows = await tx
      .selectFrom('ledger_entry')
      .select(['idx', 'entry', 'leaf_hash', 'producer_id', 'producer_sequence'])
      .where('tenant_id', '=', tenantId)
      .where('idx', '>', after)
      .orderBy('idx')
      .limit(pageSize)
      .execute()
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.idx
  }
}
