import type { AuditEventView, AuditFilter } from '@afterai/contract'
import { type RawBuilder, type SelectQueryBuilder, type Selectable, sql } from 'kysely'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { cursorOf, readCursor, toPage } from '../platform/page.ts'
import { resourceName } from './resource-name.ts'

/** An event's row with its place in the log. */
type EventRow = Omit<
  Selectable<Tables['audit_event']>,
  'envelope' | 'salt' | 'ciphertext' | 'commitment' | 'ciphertext_sha256'
> & {
  readonly idx: number | null
  readonly resource_name: string | null
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

type Condition = RawBuilder<boolean>

/** Every condition of a filter, by its name. Every value is a parameter. */
function conditionsOf(filter: AuditFilter): Map<keyof AuditFilter, Condition> {
  const { action, actionPrefix, outcome, actorId, resource, credential, requestId, from, to } = filter
  const all: readonly (readonly [keyof AuditFilter, unknown, Condition])[] = [
    ['requestId', requestId, sql`a.request_id = ${requestId}`],
    ['resource', resource, sql`a.resource = ${resource}`],
    ['actorId', actorId, sql`a.actor_id = ${actorId}`],
    ['credential', credential, sql`a.credential = ${credential}`],
    ['action', action, sql`a.action = ${action}`],
    // A prefix, not a pattern: `_` stands for itself.
    ['actionPrefix', actionPrefix, sql`a.action ^@ ${actionPrefix}`],
    // Said apart, since the index of outcomes holds the others alone.
    [
      'outcome',
      outcome,
      outcome === 'allowed' ? sql`a.outcome = 'allowed'` : sql`a.outcome = ${outcome} and a.outcome <> 'allowed'`,
    ],
    ['from', from, sql`a.occurred_at >= ${new Date(from ?? 0)}`],
    ['to', to, sql`a.occurred_at < ${new Date(to ?? 0)}`],
  ]
  return new Map(all.flatMap(([name, value, condition]) => (value === undefined ? [] : [[name, condition] as const])))
}

/** Narrows a query of events (`a`) to those that are asked for. */
export function narrow<DB extends { a: Tables['audit_event'] }, O>(
  query: SelectQueryBuilder<DB, 'a', O>,
  filter: AuditFilter,
): SelectQueryBuilder<DB, 'a', O> {
  return [...conditionsOf(filter).values()].reduce((it, condition) => it.where(condition), query)
}

interface PageQuery extends AuditFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly order: 'newest' | 'oldest'
}

/** Rows that are read at most for one that is shown, where no index knows all that is asked for: the page is shorter then. */
const readForOne = 20

/**
 * One page of the trail. Each condition has an index in the order of the ids; where several are given, one of them is read by its
 * index and the others are held against a bounded number of its rows. A page may be short, even empty, while `nextCursor` tells
 * that there is more to read.
 * @throws ProblemError `invalid_cursor`
 */
export async function listEvents(
  tx: Transaction,
  tenantId: string,
  query: PageQuery,
): Promise<{ items: AuditEventView[]; nextCursor: string | null }> {
  const { limit, order } = query
  const direction = order === 'newest' ? 'desc' : 'asc'
  const conditions = conditionsOf(query)
  // What is allowed is nearly everything, and has no index.
  const leads = leading.filter((name) => name !== 'outcome' || query.outcome !== 'allowed')
  const [led, by] = [...conditions].find(([name]) => leads.includes(name)) ?? []
  if (led !== undefined) conditions.delete(led)
  const most = conditions.size === 0 ? limit + 1 : (limit + 1) * readForOne
  const bounds = idBounds(query)
  const actions = led === 'actionPrefix' ? await actionsFrom(tx, tenantId, query.actionPrefix ?? '') : undefined
  const read = (by: Condition | undefined) =>
    [...bounds, by].reduce(
      (it, condition) => (condition === undefined ? it : it.where(condition)),
      tx
        .selectFrom('audit_event as a')
        .select(shownColumns)
        .where('a.tenant_id', '=', tenantId)
        .orderBy('a.id', direction)
        .limit(most),
    )
  const candidates =
    actions === undefined
      ? read(by)
      : tx
          .selectFrom(sql<{ action: string }>`jsonb_array_elements_text(${json(actions)})`.as<'w'>(sql`w(action)`))
          .innerJoinLateral(read(sql`a.action = w.action`).as('a'), (join) => join.onTrue())
          .select(shownColumns)
          .orderBy('a.id', direction)
          .limit(most)
  const matching = [...conditions.values()].reduce(
    (it, condition) => it.where(condition),
    tx.selectFrom(candidates.as('a')),
  )
  const page = matching
    .select(shownColumns)
    .orderBy('a.id', direction)
    .limit(limit + 1)
  const rows = await tx
    .selectFrom(page.as('a'))
    .leftJoin('ledger_entry as e', (join) =>
      join.onRef('e.entry_id', '=', 'a.id').onRef('e.tenant_id', '=', 'a.tenant_id'),
    )
    .select([...shownColumns, 'e.idx', resourceName.as('resource_name')])
    .orderBy('a.id', direction)
    .execute()
  const found = toPage(rows, limit, toEventView)
  if (found.nextCursor !== null || conditions.size === 0) return found
  const last = await tx
    .selectFrom(
      candidates
        .offset(most - 1)
        .limit(1)
        .as('a'),
    )
    .select('a.id')
    .executeTakeFirst()
  return { ...found, nextCursor: last === undefined ? null : cursorOf(last.id) }
}

/** The conditions that an index can lead by, those first that fewest events fulfil. */
const leading: readonly (keyof AuditFilter)[] = [
  'requestId',
  'resource',
  'actorId',
  'credential',
  'action',
  'actionPrefix',
  'outcome',
]

/** Ids are made just before the time of their event, by the same clock; it may be set back by a little meanwhile. */
const clockSlackMs = 2_000

function idBounds({ from, to, cursor, order }: PageQuery): Condition[] {
  const last = readCursor(cursor)
  return [
    ...(from === undefined ? [] : [sql<boolean>`a.id >= ${firstIdAt(Date.parse(from) - clockSlackMs)}`]),
    ...(to === undefined ? [] : [sql<boolean>`a.id < ${firstIdAt(Date.parse(to) + clockSlackMs)}`]),
    ...(last === undefined ? [] : [order === 'newest' ? sql<boolean>`a.id < ${last}` : sql<boolean>`a.id > ${last}`]),
  ]
}

/** The least identifier of a millisecond (UUID version 7, RFC 9562 §5.7). */
function firstIdAt(ms: number): string {
  const hex = Math.min(Math.max(0, ms), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

/** The actions of a tenant's events that begin so, each found by one step in the index. There are as many as the product knows. */
async function actionsFrom(tx: Transaction, tenantId: string, prefix: string): Promise<string[]> {
  const { rows } = await sql<{ action: string }>`
    with recursive found (action) as (
      (select action from audit_event where tenant_id = ${tenantId} and action ~>=~ ${prefix} order by action using ~<~ limit 1)
      union all
      select (select action from audit_event
              where tenant_id = ${tenantId} and action ~>~ found.action order by action using ~<~ limit 1)
      from found where found.action ^@ ${prefix}
    )
    select action from found where action ^@ ${prefix}`.execute(tx)
  return rows.map(({ action }) => action)
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
    resourceName: row.resource_name,
    details: row.details as Record<string, unknown>,
    logIndex: row.idx,
  }
}
