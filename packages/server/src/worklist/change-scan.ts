import type { ChangeRow, ChangeRowFilter } from '@afterai/contract'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import type { Held } from './waiting.ts'

/** A change as lists read it: its own row, without what differs. */
export interface ScannedChange {
  readonly id: string
  readonly title: string
  readonly system: string
  readonly environment: string
  readonly change_types: ChangeRow['changeTypes']
  readonly change_class: ChangeRow['changeClass']
  readonly origin: ChangeRow['origin']
  readonly status: ChangeRow['status']
  readonly intent: ChangeRow['intent']
  readonly severity: string | null
  readonly assessed_as: string | null
  readonly emergency_declared: boolean
  readonly author_id: string
  readonly author_name: string | null
  readonly opened_at: Date
  readonly updated_at: Date
  /** How many were looked at until it. */
  readonly nth: number
  /** Whether it is one that was asked for; of the last that was looked at alone it may be false. */
  readonly fits: boolean
}

/** Changes to look at: those of a filter after a cursor, so many at most. */
export interface Scan {
  readonly filter: ChangeRowFilter
  readonly systemId: string | undefined
  /** These alone, by their ids. */
  readonly ids?: readonly string[]
  /** What whoever asks may do, where what waits for them is asked for. */
  readonly held: Held
  readonly before: string | undefined
  readonly order: 'newest' | 'oldest'
}

/** What of changes `c` is still to be worked on, as the indexes change_at_work have it. */
export const atWork: RawBuilder<boolean> = sql<boolean>`c.status <> 'dismissed' and not c.closed and (not c.verified or c.decided_as is null or c.decision_pending)`
const stage = sql`case when c.closed then 'closed' when c.verified then 'reviewed'
  when c.implemented_at is not null or c.intent <> 'proposed' then 'running'
  when c.decided_as is not null then 'decided' when c.assessed_as is not null then 'assessed' else 'planned' end`
const decision = sql`case when c.decided_as is not null then c.decided_as when c.decision_pending then 'proposed' else 'undecided' end`

/**
 * The statement that looks through changes for those of a filter, until it has found `limit`, or looked at `lookAt`: then the last of them
 * is told too. One condition narrows what is looked at, by an index of its own; the others are asked of each.
 */
export function selectChanges(
  tx: Transaction,
  tenantId: string,
  scan: Scan,
  { limit, lookAt }: { readonly limit: number; readonly lookAt: number },
): CompiledQuery<ScannedChange> {
  return sql<ScannedChange>`
    select it.*, ${nameOf(tenantId, sql`it.system_id`)} as system from (
      select * from (${lookedAt(tenantId, scan, lookAt)}) c where c.fits or c.nth = ${lookAt} limit ${limit}
    ) it
    order by it.nth`.compile(tx)
}

/** The name of a system, looked up for each: a join would read all systems for a few of them. */
function nameOf(tenantId: string, systemId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select s.name from system s where s.tenant_id = ${tenantId} and s.id = ${systemId})`
}

/** The statement that counts changes of a filter, up to a bound, among so many that are looked at. */
export function selectCount(
  tx: Transaction,
  tenantId: string,
  scan: Scan,
  { most, lookAt }: { readonly most: number; readonly lookAt: number },
): CompiledQuery<{ readonly count: number; readonly looked_at: number }> {
  return sql<{ count: number; looked_at: number }>`
    select count(*) filter (where c.fits) as count, coalesce(max(c.nth), 0) as looked_at from (
      select * from (${lookedAt(tenantId, scan, lookAt)}) c where c.fits or c.nth = ${lookAt} limit ${most + 1}
    ) c`.compile(tx)
}

function lookedAt(tenantId: string, scan: Scan, lookAt: number): RawBuilder<unknown> {
  const { filter, before, order } = scan
  const direction = order === 'newest' ? sql`desc` : sql`asc`
  const conditions = [sql`c.tenant_id = ${tenantId}`, ...narrowing(scan), ...openedWithin(filter)]
  if (before !== undefined) conditions.push(order === 'newest' ? sql`c.id < ${before}` : sql`c.id > ${before}`)
  return sql`
    select c.id, c.system_id, c.title, c.environment, c.change_types, c.change_class, c.origin, c.status, c.intent,
      c.risk ->> 'severity' as severity, c.assessed_as, c.emergency_declared, c.author_id, c.author_name, c.opened_at, c.updated_at,
      row_number() over (order by c.id ${direction}) as nth, coalesce(${sql.join(asked(tenantId, scan), sql` and `)}, false) as fits
    from change c
    where ${sql.join(conditions, sql` and `)}
    order by c.id ${direction} limit ${lookAt}`
}

/** The one condition that an index narrows by, the most telling first. */
function narrowing({ filter, systemId, ids }: Scan): RawBuilder<unknown>[] {
  if (ids !== undefined) return [sql`c.id = any(${ids}::uuid[])`]
  const { status, author, emergency, open, awaiting } = filter
  const ofStatus = status === undefined ? [] : [sql`c.status = ${status}`]
  if (systemId !== undefined) return [sql`c.system_id = ${systemId}`, ...ofStatus]
  if (emergency === true) return [sql`c.emergency_declared`]
  if (author !== undefined) return [sql`c.author_id = ${author}`]
  if (open === true || awaiting !== undefined) return [atWork]
  return ofStatus
}

const dayMs = 86_400_000

/** When a change was opened is in its id, by the clock of the server that opened it: near enough to narrow by. */
function openedWithin({ from, to }: ChangeRowFilter): RawBuilder<unknown>[] {
  return [
    ...(from === undefined ? [] : [sql`c.id >= ${firstIdOf(Date.parse(from) - dayMs)}`]),
    ...(to === undefined ? [] : [sql`c.id < ${firstIdOf(Date.parse(to) + dayMs)}`]),
  ]
}

/** The least id (UUID of version 7) of an instant. */
function firstIdOf(atMs: number): string {
  const hex = Math.max(atMs, 0).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

/** All that is asked for, of each change that is looked at. */
function asked(tenantId: string, { filter, held }: Scan): RawBuilder<unknown>[] {
  const { environment, type, verdict, severity, origin, author, status, emergency, open, from, to, q } = filter
  const equal: readonly (readonly [RawBuilder<unknown>, string | undefined])[] = [
    [sql`c.environment`, environment],
    [sql`case when c.assessed_as is null then 'none' else c.assessed_as end`, verdict],
    [sql`c.risk ->> 'severity'`, severity],
    [sql`c.change_class`, filter.class],
    [sql`c.origin`, origin],
    [sql`c.author_id`, author],
    [stage, filter.stage],
    [sql`c.status`, status],
    [decision, filter.decision],
  ]
  return [
    sql`true`,
    ...equal.flatMap(([column, value]) => (value === undefined ? [] : [sql`${column} = ${value}`])),
    ...(type === undefined ? [] : [sql`${type} = any(c.change_types)`]),
    ...(emergency === undefined ? [] : [sql`c.emergency_declared = ${emergency}`]),
    ...(open === undefined ? [] : [sql`(${atWork}) = ${open}`]),
    ...(filter.awaiting === undefined ? [] : [mayAwait(held)]),
    ...(from === undefined ? [] : [sql`c.opened_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`c.opened_at < ${to}`]),
    ...(q === undefined
      ? []
      : [sql`position(lower(${q}) in lower(c.title || ' ' || ${nameOf(tenantId, sql`c.system_id`)})) > 0`]),
  ]
}

/** What may wait for somebody, as far as the change itself tells: of these it is looked at more closely. */
function mayAwait(held: Held): RawBuilder<unknown> {
  const undecided = sql`c.status = 'confirmed' and c.decided_as is null and not c.decision_pending`
  const works: readonly (readonly [boolean, RawBuilder<unknown>])[] = [
    [held.has('decision:approve'), sql`c.decision_pending`],
    [held.has('change:write'), sql`c.status = 'pending'`],
    [held.has('change:write'), sql`c.decided_as = 'act' and not c.verified`],
    [held.has('decision:write'), sql`c.decided_as = 'act' and c.implemented_at is null`],
    [held.has('decision:write') || held.has('assessment:write'), undecided],
  ]
  const mine = works.flatMap(([may, it]) => (may ? [sql`(${it})`] : []))
  return mine.length === 0 ? sql`false` : sql`(${sql.join(mine, sql` or `)})`
}
