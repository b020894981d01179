import type { LogAudit } from '@afterai/contract'
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
import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { refusedFaults } from './refused.ts'

const pageSize = 1_000

/**
 * Recomputes a log from its first entry: every leaf, every checkpoint's root and signature, every producer's numbers.
 * What is integrated after it has begun is left for the next audit, so that a log may grow meanwhile.
 */
export async function auditWholeLog(
  tx: Transaction,
  tenantId: string,
  known: readonly NoteVerifier[],
): Promise<LogAudit> {
  const faults: string[] = []
  const { end, checkpoints } = await readExtent(tx, tenantId)
  let tree = emptyFrontier
  let next = 0
  const numbers = new Map<string, number[]>()
  const tiles = createTileCheck()
  for await (const row of entriesOf(tx, tenantId, end)) {
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
  faults.push(...(await tiles.faults(tx, tenantId, end)))
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

// One statement is one snapshot: a batch of entries and its checkpoint are both in it, or neither.
async function readExtent(tx: Transaction, tenantId: string) {
  const { rows } = await sql<{ end: number; size: number | null; note: string | null }>`
    select log."end", signed.size, signed.note
    from (select coalesce(max(idx) + 1, 0) as "end" from ledger_entry where tenant_id = ${tenantId}) log
    left join ledger_checkpoint signed on signed.tenant_id = ${tenantId} order by signed.size`.execute(tx)
  const checkpoints = rows.flatMap(({ size, note }) => (size === null || note === null ? [] : [{ size, note }]))
  return { end: rows[0]?.end ?? 0, checkpoints }
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
    async faults(tx: Transaction, tenantId: string, end: number): Promise<string[]> {
      const faults: string[] = []
      const missing = new Set(roots.keys())
      for (const tile of await readTiles(tx, tenantId)) {
        const covers = (tile.idx + 1) * 256 ** (tile.level + 1)
        if (covers > end && covers <= tile.end) continue
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

// Each with the log's end of that moment: tiles that were filled since the audit began lie before it.
async function readTiles(tx: Transaction, tenantId: string) {
  const { rows } = await sql<{ level: number; idx: number; hashes: Uint8Array; root: Uint8Array; end: number }>`
    select level, idx, hashes, root, (select coalesce(max(idx) + 1, 0) from ledger_entry where tenant_id = ${tenantId}) as "end"
    from ledger_tile where tenant_id = ${tenantId}`.execute(tx)
  return rows
}

async function* entriesOf(tx: Transaction, tenantId: string, end: number) {
  for (let after = -1; ;) {
    const rows = await tx
      .selectFrom('ledger_entry')
      .select(['idx', 'entry', 'leaf_hash', 'producer_id', 'producer_sequence'])
      .where('tenant_id', '=', tenantId)
      .where('idx', '>', after)
      .where('idx', '<', end)
      .orderBy('idx')
      .limit(pageSize)
      .execute()
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.idx
  }
}
