import type { AuditEventView, AuditFilter } from '@afterai/contract'
import type { Transaction } from '../platform/database.ts'
import { narrow, shownColumns, toEventView } from './audit-query.ts'
import { resourceName } from './resource-name.ts'

/** An event that is in the log. */
export type LoggedEvent = AuditEventView & { readonly logIndex: number }

/**
 * Events in the order of the log, from an index on and before another. Indices are given one after the other when an entry is
 * integrated, so whoever goes on from the last one misses nothing, however late a transaction commits; ids and times are made before.
 */
export async function readLoggedEvents(
  tx: Transaction,
  tenantId: string,
  { from, end, limit, filter = {} }: { from: number; end: number; limit: number; filter?: AuditFilter },
): Promise<LoggedEvent[]> {
  const rows = await narrow(tx.selectFrom('audit_event as a').where('a.tenant_id', '=', tenantId), filter)
    .innerJoin('ledger_entry as e', (join) =>
      join.onRef('e.entry_id', '=', 'a.id').onRef('e.tenant_id', '=', 'a.tenant_id'),
    )
    .select([...shownColumns, 'e.idx', resourceName.as('resource_name')])
    .where('e.tenant_id', '=', tenantId)
    .where('e.idx', '>=', from)
    .where('e.idx', '<', end)
    .orderBy('e.idx')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...toEventView(row), logIndex: row.idx }))
}

/** How many entries the newest signed tree of a log has. */
export async function readLogSize(tx: Transaction, tenantId: string): Promise<number> {
  const head = await tx
    .selectFrom('ledger_checkpoint')
    .select('size')
    .where('tenant_id', '=', tenantId)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  return head?.size ?? 0
}
