import {
  type Frontier,
  frontierAt,
  frontierNodes,
  hashInTile,
  type HashReader,
  type NodeCoordinate,
  tileOfNode,
  tileWidth,
  tileWidthAt,
} from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** The newest checkpoint of a log, or undefined for a log that has none yet. */
export function readHead(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('ledger_checkpoint')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Hashes of a tile as it stands in a tree of that size: full tiles as stored, the last one put together. */
export async function readTile(
  tx: Transaction,
  tenantId: string,
  { level, index, size }: { level: number; index: bigint; size: bigint },
): Promise<Uint8Array> {
  const width = tileWidthAt(level, index, size)
  const first = Number(index) * tileWidth
  const hashes = await storedHashes(tx, tenantId, { level, first, end: first + width })
  return Buffer.concat(hashes)
}

// Level 0 is the leaves; above it, each hash is the root of a full tile below.
async function storedHashes(
  tx: Transaction,
  tenantId: string,
  { level, first, end }: { level: number; first: number; end: number },
): Promise<Uint8Array[]> {
  if (level === 0) {
    const rows = await tx
      .selectFrom('ledger_entry')
      .select('leaf_hash as hash')
      .where('tenant_id', '=', tenantId)
      .where('idx', '>=', first)
      .where('idx', '<', end)
      .orderBy('idx')
      .execute()
    return rows.map(({ hash }) => hash)
  }
  const rows = await tx
    .selectFrom('ledger_tile')
    .select('root as hash')
    .where('tenant_id', '=', tenantId)
    .where('level', '=', level - 1)
    .where('idx', '>=', first)
    .where('idx', '<', end)
    .orderBy('idx')
    .execute()
  return rows.map(({ hash }) => hash)
}

/** Entries of a range of indices, in order. */
export async function readEntries(
  tx: Transaction,
  tenantId: string,
  { first, end }: { first: number; end: number },
): Promise<Uint8Array[]> {
  const rows = await tx
    .selectFrom('ledger_entry')
    .select('entry')
    .where('tenant_id', '=', tenantId)
    .where('idx', '>=', first)
    .where('idx', '<', end)
    .orderBy('idx')
    .execute()
  return rows.map(({ entry }) => entry)
}

/** Fetches the tiles that some nodes need, once each, and answers a reader over them. */
export async function readNodes(
  tx: Transaction,
  tenantId: string,
  { nodes, size }: { nodes: readonly NodeCoordinate[]; size: bigint },
): Promise<HashReader> {
  const tiles = new Map<string, Uint8Array>()
  for (const { level, index } of nodes.map(tileOfNode)) {
    const key = `${level}/${index}`
    if (!tiles.has(key)) tiles.set(key, await readTile(tx, tenantId, { level, index, size }))
  }
  return (level, index) => {
    const slice = tileOfNode({ level, index })
    const tile = tiles.get(`${slice.level}/${slice.index}`)
    if (tile === undefined) throw new Error(`node ${level}/${index} was not fetched`)
    return hashInTile(tile, slice)
  }
}

/** The right edge of the tree of the first `size` entries, from what is stored. */
export async function readFrontier(tx: Transaction, tenantId: string, size: bigint): Promise<Frontier> {
  return frontierAt(size, await readNodes(tx, tenantId, { nodes: frontierNodes(size), size }))
}

/** The statements that store each tile that the tree has filled on its way from one size to the next, put together where its hashes lie. */
export function storeFullTiles(
  tx: Transaction,
  tenantId: string,
  { from, to, rootOfNode }: { from: bigint; to: bigint; rootOfNode: HashReader },
): CompiledQuery[] {
  const statements: CompiledQuery[] = []
  for (let level = 0; to >> BigInt(8 * (level + 1)) > 0n; level += 1) {
    const shift = BigInt(8 * (level + 1))
    for (let index = from >> shift; index < to >> shift; index += 1n) {
      const below =
        level === 0
          ? sql`select idx, leaf_hash as hash from ledger_entry where tenant_id = ${tenantId}`
          : sql`select idx, root as hash from ledger_tile where tenant_id = ${tenantId} and level = ${level - 1}`
      const first = Number(index) * tileWidth
      const store = sql`
        insert into ledger_tile (tenant_id, level, idx, hashes, root)
        select ${tenantId}, ${level}, ${Number(index)}, string_agg(hash, ''::bytea order by idx), ${rootOfNode(8 * (level + 1), index)}
        from (${below}) as below where idx >= ${first} and idx < ${first + tileWidth}`
      statements.push(store.compile(tx))
    }
  }
  return statements
}
