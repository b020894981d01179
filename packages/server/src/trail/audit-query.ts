import type { AuditEventView, AuditFilter } from '@afterai/contract'
import { type SelectQueryBuilder, type Selectable, sql } from 'kysely'
import type { Tables, Transaction } from '../platform/database.ts'
import { readCursor, toPage } from '../platform/page.ts'

/** An event's row with its place in the log. */
type EventRow = Omit<Selectable<Tables['audit_event']>, 'envelope' | 'salt' | 'ciphertext'> & {
  readonly idx: number | null
}

/** The columns that readers see. */
export const shownColumns = [
  'a.id',
  'a.occurred_at',
  'a.action',
  'a.outcome',
  'a.actor_id',
  'a.actor_name',
  'a.actor_email',
  'a.actor_key',
  'a.credential',
  'a.address',
  'a.request_id',
  'a.resource',
  'a.details',
  'a.tenant_id',
] as const

/** Narrows a query of events (`a`) to those that are asked for. Every value is a parameter. */
export function narrow<DB extends { a: Tables['audit_event'] }, O>(
  query: SelectQueryBuilder<DB, 'a', O>,
  filter: AuditFilter,
): SelectQueryBuilder<DB, 'a', O> {
  const conditions = [
    filter.action === undefined ? undefined : sql<boolean>`a.action = ${filter.action}`,
    // A prefix, not a pattern: `_` stands for itself.
    filter.actionPrefix === undefined ? undefined : sql<boolean>`a.action ^@ ${filter.actionPrefix}`,
    filter.outcome === undefined ? undefined : sql<boolean>`a.outcome = ${filter.outcome}`,
    filter.actorId === undefined ? undefined : sql<boolean>`a.actor_id = ${filter.actorId}`,
    filter.resource === undefined ? undefined : sql<boolean>`a.resource = ${filter.resource}`,
    filter.credential === undefined ? undefined : sql<boolean>`a.credential = ${filter.credential}`,
    filter.requestId === undefined ? undefined : sql<boolean>`a.request_id = ${filter.requestId}`,
    filter.from === undefined ? undefined : sql<boolean>`a.occurred_at >= ${new Date(filter.from)}`,
    filter.to === undefined ? undefined : sql<boolean>`a.occurred_at < ${new Date(filter.to)}`,
  ]
  return conditions.reduce((it, condition) => (condition === undefined ? it : it.where(condition)), query)
}

/** One page of the trail. @throws ProblemError `invalid_cursor` */
export async function listEvents(
  tx: Transaction,
  tenantId: string,
  query: AuditFilter & { limit: number; cursor?: string | undefined; order: 'newest' | 'oldest' },
): Promise<{ items: AuditEventView[]; nextCursor: string | null }> {
  const { limit, order } = query
  const last = readCursor(query.cursor)
  const events = narrow(tx.selectFrom('audit_event as a').where('a.tenant_id', '=', tenantId), query)
  const rows = await events
    .leftJoin('ledger_entry as e', (join) =>
      join.onRef('e.entry_id', '=', 'a.id').onRef('e.tenant_id', '=', 'a.tenant_id'),
    )
    .select([...shownColumns, 'e.idx'])
    .$if(last !== undefined, (it) => it.where('a.id', order === 'newest' ? '<' : '>', last ?? ''))
    .orderBy('a.id', order === 'newest' ? 'desc' : 'asc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, toEventView)
}

/** An event as its readers see it. */
export function toEventView(row: EventRow): AuditEventView {
  return {
    id: row.id,
    occurredAt: row.occurred_at.toISOString(),
    action: row.action,
    outcome: row.outcome,
    actorId: row.actor_id,
    actorName: row.actor_name,
    actorEmail: row.actor_email,
    actorKey: row.actor_key,
    credential: row.credential,
    address: row.address,
    requestId: row.request_id,
    resource: row.resource,
    details: row.details as Record<string, unknown>,
    logIndex: row.idx,
  }
}
