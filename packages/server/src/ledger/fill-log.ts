import { createHash } from 'node:crypto'
import {
  appendLeaf,
  canonicalBytes,
  emptyFrontier,
  type Frontier,
  hashLeaf,
  type NoteSigner,
  rootOf,
  signCheckpoint,
} from '@afterai/record'
import { sql } from 'kysely'
import type { Database, Transaction } from '../platform/database.ts'
import { readFrontier, readHead, storeFullTiles } from './tree-store.ts'

/** Entries between two checkpoints, as a busy sequencer signs them. */
const signedEvery = 256
/** Entries of a transaction. */
const chunk = 16_384

/**
 * Puts entries into a log past the sequencer, with tiles and checkpoints as it makes them: for tests and benchmarks of reading, which need
 * more than they have the time to write. Nothing stands behind the entries.
 * @param db as a superuser, by a connection that takes on no role
 */
export async function fillLog(
  db: Database,
  { tenantId, signer, count }: { readonly tenantId: string; readonly signer: NoteSigner; readonly count: number },
): Promise<void> {
  const start = await db.transaction().execute((tx) => readTree(tx, tenantId))
  let tree = start
  for (const end = Number(start.size) + count; Number(tree.size) < end;) {
    const size = Math.min(chunk, end - Number(tree.size))
    const from = tree
    tree = await db.transaction().execute((tx) => fillChunk(tx, { tenantId, signer, from, size }))
  }
  await sql`analyze ledger_entry, ledger_checkpoint, ledger_tile`.execute(db)
}

async function readTree(tx: Transaction, tenantId: string): Promise<Frontier> {
  const head = await readHead(tx, tenantId)
  return head === undefined ? emptyFrontier : readFrontier(tx, tenantId, BigInt(head.size))
}

async function fillChunk(
  tx: Transaction,
  at: { readonly tenantId: string; readonly signer: NoteSigner; readonly from: Frontier; readonly size: number },
): Promise<Frontier> {
  const { tenantId, signer, from, size } = at
  const first = Number(from.size)
  const entries = Array.from({ length: size }, (_, index) => exampleEntry(first + index))
  const hashes = entries.map(hashLeaf)
  await sql`
    insert into ledger_entry (tenant_id, idx, entry_id, entry, leaf_hash, producer_id, producer_sequence)
    select ${tenantId}::uuid, ${first}::bigint + n - 1, gen_random_uuid(), entry, leaf_hash, ${`filled-${first}`}::text, n
    from unnest(${entries}::bytea[], ${hashes}::bytea[]) with ordinality as made (entry, leaf_hash, n)`.execute(tx)
  const nodes = new Map<string, Uint8Array>()
  const checkpoints: { size: number; root: Uint8Array; note: string }[] = []
  let tree = from
  for (const [index, hash] of hashes.entries()) {
    tree = appendLeaf(tree, hash, (node, root) => void nodes.set(`${node.level}/${node.index}`, root))
    if (tree.size % BigInt(signedEvery) !== 0n && index < size - 1) continue
    const root = rootOf(tree)
    const note = signCheckpoint({ origin: signer.name, size: tree.size, root }, [signer])
    checkpoints.push({ size: Number(tree.size), root, note })
  }
  const tiles = storeFullTiles(tx, tenantId, {
    from: from.size,
    to: tree.size,
    rootOfNode: (level, index) => nodes.get(`${level}/${index}`) ?? new Uint8Array(),
  })
  for (const tile of tiles) await tx.executeQuery(tile)
  await sql`
    insert into ledger_checkpoint (tenant_id, size, root, note)
    select ${tenantId}::uuid, * from unnest(${checkpoints.map((it) => it.size)}::bigint[],
      ${checkpoints.map(({ root }) => root)}::bytea[], ${checkpoints.map(({ note }) => note)}::text[])`.execute(tx)
  return tree
}

/** An entry of the form and the length of those of audit events. */
function exampleEntry(index: number): Uint8Array {
  const digest = createHash('sha512').update(String(index)).digest()
  const hex = digest.toString('hex').slice(0, 64)
  return canonicalBytes({ v: 1, kind: 'audit', paeSha256: hex, keyid: hex, sig: digest.toString('base64') })
}
