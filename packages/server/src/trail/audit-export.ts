import { setTimeout as sleep } from 'node:timers/promises'
import { type AuditFilter, ProblemError } from '@afterai/contract'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import { csvHeader, toCsvRow } from './csv.ts'
import { readLoggedEvents, readLogSize } from './logged-events.ts'

/** Entries of the log that one statement looks at, however few of them are asked for. */
const pageSize = 500
/** How often it is looked whether the log has grown, and how often in a row it may not have. */
const patience = { pollMs: 20, tries: 500 }

/** Which events, and up to which entry of the log. */
export interface ExportRange {
  readonly tenantId: string
  readonly filter: AuditFilter
  readonly end: number
}

/**
 * The events of a range as lines, a page at a time: the next page is read when the reader has taken the last one.
 * No transaction stays open meanwhile. What the log holds before an index never changes, so the pages are of one snapshot.
 */
export async function* exportLines(
  db: Database,
  { tenantId, filter, end }: ExportRange,
  format: 'jsonl' | 'csv',
): AsyncGenerator<string> {
  if (format === 'csv') yield csvHeader
  const toLine = format === 'csv' ? toCsvRow : (event: object) => `${JSON.stringify(event)}\n`
  for (let from = 0; from < end;) {
    const [start, before] = [from, Math.min(end, from + pageSize)]
    const events = await withTenant(db, tenantId, (tx) =>
      readLoggedEvents(tx, tenantId, { from: start, end: before, limit: pageSize, filter }),
    )
    if (events.length > 0) yield events.map(toLine).join('')
    from = before
  }
}

/**
 * Waits until all that was queued for the log when it is asked is in it, and answers the log's size: however long it takes, as long as
 * the log grows.
 * @throws ProblemError `not_ready` when the log doesn't move
 */
export async function sizeWithAllQueued(db: Database, tenantId: string, { pollMs, tries } = patience): Promise<number> {
  const newest = await withTenant(db, tenantId, (tx) => waiting(tx, tenantId).orderBy('id', 'desc').executeTakeFirst())
  let [size, still] = [-1, 0]
  while (still < tries) {
    // The size is read after what waits, so that one that is answered has all of it in it.
    const found = await withTenant(db, tenantId, async (tx) => {
      const first = await waiting(tx, tenantId)
        .where('id', '<=', newest?.id ?? -1)
        .executeTakeFirst()
      return { size: await readLogSize(tx, tenantId), isThere: first === undefined }
    })
    if (found.isThere) return found.size
    still = found.size > size ? 0 : still + 1
    size = found.size
    await sleep(pollMs)
  }
  throw new ProblemError('not_ready', { detail: 'the log has not integrated the newest events', retryAfterSeconds: 5 })
}

function waiting(tx: Transaction, tenantId: string) {
  return tx.selectFrom('ledger_outbox').select('id').where('tenant_id', '=', tenantId).limit(1)
}
