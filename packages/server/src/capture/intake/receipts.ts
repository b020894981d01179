import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import type { Batch } from './batch.ts'

/** How long a retry of a batch is known again. What is older than that is too late to be counted anyway. */
export const receiptsKept = '7 days'

/**
 * Notes that batches were taken, and tells which of them are new. One that is being taken at the same moment by another transaction waits
 * here for its end. Rows go in in the order of their keys, so that two transactions never wait for each other.
 * @returns for each batch: `new`, `duplicate`, or `conflict` where it has a content, and its key stands for another one
 */
export async function takeReceipts(
  tx: Transaction,
  tenantId: string,
  batches: readonly Batch[],
): Promise<('new' | 'duplicate' | 'conflict')[]> {
  // Of two with one key, the first is the one that is taken: a map keeps the last of what it is made of.
  const byKey = new Map(batches.toReversed().map((batch) => [batch.receipt.key.toString('hex'), batch] as const))
  const rows = [...byKey]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { receipt }]) => ({
      key,
      digest: receipt.digest.toString('hex'),
    }))
  const inserted = await sql<{ key: string }>`
    insert into telemetry_receipt (tenant_id, key, digest)
    select ${tenantId}::uuid, decode(key, 'hex'), decode(digest, 'hex')
    from jsonb_to_recordset(${json(rows)}) as it(key text, digest text) order by key
    on conflict do nothing
    returning encode(key, 'hex') as key`.execute(tx)
  const fresh = new Set(inserted.rows.map(({ key }) => key))
  const kept = fresh.size === rows.length ? new Map<string, string>() : await readDigests(tx, tenantId, rows)
  const taken = new Set<string>()
  return batches.map(({ receipt, client }) => {
    const key = receipt.key.toString('hex')
    if (fresh.has(key) && !taken.has(key)) {
      taken.add(key)
      return 'new'
    }
    // A client gives up a number that was refused by an empty batch, not knowing that an earlier attempt had come through.
    if (client?.events === 0) return 'duplicate'
    const digest = fresh.has(key) ? byKey.get(key)?.receipt.digest.toString('hex') : kept.get(key)
    return digest === receipt.digest.toString('hex') ? 'duplicate' : 'conflict'
  })
}

async function readDigests(
  tx: Transaction,
  tenantId: string,
  rows: readonly { key: string }[],
): Promise<Map<string, string>> {
  const found = await sql<{ key: string; digest: string }>`
    select encode(key, 'hex') as key, encode(digest, 'hex') as digest from telemetry_receipt
    where tenant_id = ${tenantId}
      and key in (select decode(it.key, 'hex') from jsonb_to_recordset(${json(rows)}) as it(key text))`.execute(tx)
  return new Map(found.rows.map(({ key, digest }) => [key, digest]))
}

/** Lets go of receipts that no retry can need. */
export async function purgeReceipts(tx: Transaction, tenantId: string): Promise<void> {
  await sql`
    delete from telemetry_receipt where tenant_id = ${tenantId}
      and received_at < now() - ${receiptsKept}::interval`.execute(tx)
}
