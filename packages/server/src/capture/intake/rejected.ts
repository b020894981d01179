import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import type { Rejections } from '../readings.ts'
import type { Batch, BatchRejected } from './batch.ts'

/** Of a batch of which nothing was rejected. */
export const nothingRejected: BatchRejected = { rejections: {}, rejected: [] }

/** Rejections as they are kept: how many, and which events, not why, since that might quote them. */
interface Kept {
  readonly counts: Rejections
  readonly events: readonly number[]
}

/** Keeps with their receipts what was rejected of new batches. */
export async function noteRejected(
  tx: Transaction,
  tenantId: string,
  found: ReadonlyMap<Batch, BatchRejected>,
): Promise<void> {
  const rows = [...found]
    .filter(([, { rejections, rejected }]) => rejected.length > 0 || Object.keys(rejections).length > 0)
    .map(([{ receipt }, { rejections, rejected }]) => {
      const kept: Kept = { counts: rejections, events: rejected.map(({ index }) => index) }
      return { key: receipt.key.toString('hex'), kept }
    })
  if (rows.length === 0) return
  await sql`
    update telemetry_receipt r set rejected = it.kept
    from jsonb_to_recordset(${json(rows)}) as it(key text, kept jsonb)
    where r.tenant_id = ${tenantId} and r.key = decode(it.key, 'hex')`.execute(tx)
}

/** Reads the rejections of batches from when they came first: by now something might be taken, and it wasn't. */
export async function recallRejected(
  tx: Transaction,
  tenantId: string,
  duplicates: readonly Batch[],
): Promise<Map<Batch, BatchRejected>> {
  const found = new Map<Batch, BatchRejected>()
  if (duplicates.length === 0) return found
  const keys = [...new Set(duplicates.map(({ receipt }) => receipt.key.toString('hex')))]
  const { rows } = await sql<{ key: string; digest: string; rejected: Kept }>`
    select encode(key, 'hex') as key, encode(digest, 'hex') as digest, rejected from telemetry_receipt
    where tenant_id = ${tenantId} and rejected is not null
      and key in (select decode(it, 'hex') from jsonb_array_elements_text(${json(keys)}) it)`.execute(tx)
  const byKey = new Map(rows.map((row) => [`${row.key} ${row.digest}`, row.rejected]))
  for (const batch of duplicates) {
    const { key, digest } = batch.receipt
    const kept = byKey.get(`${key.toString('hex')} ${digest.toString('hex')}`)
    const rejected = kept?.events.map((index) => ({ index, detail: 'was rejected when the batch came first' })) ?? []
    found.set(batch, { rejections: kept?.counts ?? {}, rejected })
  }
  return found
}
