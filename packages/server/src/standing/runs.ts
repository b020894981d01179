import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** A run of an environment, and the instant at which its standing is asked for. */
export interface RunRow {
  readonly id: string
  readonly system_id: string
  readonly system: string
  readonly environment: string
  readonly fingerprint: string
  readonly started_at: Date
  readonly known_at: Date
  readonly ended_at: Date | null
  readonly change_id: string | null
  readonly last_seen_at: Date
}

/** What runs, as a run of its environment or by its change alone: what a provider serves, or what has no configuration. */
export interface RunningRow extends Omit<RunRow, 'fingerprint'> {
  /** Null for what runs by its change alone. */
  readonly fingerprint: string | null
}

/** Environments to look at: all of a tenant, or fewer. */
export interface Scope {
  readonly system?: string | undefined
  readonly environment?: string | undefined
  /** Of these systems alone, by their ids. */
  readonly systemIds?: readonly string[] | undefined
}

/** The run of each environment at an instant, as it was known then: what was told later doesn't count. */
export function selectRunsAt(
  tx: Transaction,
  tenantId: string,
  { system, environment, systemIds }: Scope,
  at: Date,
): CompiledQuery<RunRow> {
  return sql<RunRow>`
    select r.id, e.system_id, s.name as system, e.name as environment, r.fingerprint, r.started_at, r.known_at, null as ended_at,
      r.change_id, e.last_seen_at
    from environment e
    join system s on s.tenant_id = e.tenant_id and s.id = e.system_id
    cross join lateral (
      select * from run
      where tenant_id = ${tenantId} and system_id = e.system_id and environment = e.name and started_at <= ${at} and known_at <= ${at}
      order by started_at desc, fingerprint desc limit 1
    ) r
    where e.tenant_id = ${tenantId}
      and (${system ?? null}::text is null or s.name = ${system ?? null})
      and (${environment ?? null}::text is null or e.name = ${environment ?? null})
      ${systemIds === undefined ? sql`` : sql`and e.system_id = any(${systemIds}::uuid[])`}
    order by s.name, e.name`.compile(tx)
}

/**
 * What ran at an instant by its change alone, as it was known then: no run of its environment tells of it. Closed, dismissed and undone
 * ones don't run.
 */
export function selectAloneAt(
  tx: Transaction,
  tenantId: string,
  { system, environment, systemIds }: Scope,
  at: Date,
): CompiledQuery<RunningRow> {
  return sql<RunningRow>`
    select c.id, c.system_id, s.name as system, c.environment, null as fingerprint, coalesce(c.implemented_at, c.opened_at) as started_at,
      c.opened_at as known_at, null as ended_at, c.id as change_id, coalesce(c.implemented_at, c.opened_at) as last_seen_at
    from change c
    join system s on s.tenant_id = c.tenant_id and s.id = c.system_id
    where c.tenant_id = ${tenantId} and c.stands_alone and c.opened_at <= ${at}
      and (c.intent <> 'proposed' or c.implemented_at <= ${at})
      and (c.status <> 'dismissed' or c.updated_at > ${at}) and (c.ended_at is null or c.ended_at > ${at})
      and not exists (select from closure l where l.tenant_id = c.tenant_id and l.change_id = c.id and l.closed_at <= ${at})
      and not exists (select from run r where r.tenant_id = c.tenant_id and r.system_id = c.system_id
        and r.environment = c.environment and r.fingerprint = c.fingerprint_after)
      and (${system ?? null}::text is null or s.name = ${system ?? null})
      and (${environment ?? null}::text is null or c.environment = ${environment ?? null})
      ${systemIds === undefined ? sql`` : sql`and c.system_id = any(${systemIds}::uuid[])`}
    order by s.name, c.environment, c.id`.compile(tx)
}

/** Runs as `r`, each until the next one of its environment began. */
function runsWithEnds(tenantId: string): RawBuilder<unknown> {
  return sql`
    select r.id, r.system_id, s.name as system, r.environment, r.fingerprint, r.started_at, r.known_at, next.started_at as ended_at,
      r.change_id, r.started_at as last_seen_at
    from run r
    join system s on s.tenant_id = r.tenant_id and s.id = r.system_id
    left join lateral (
      select started_at from run
      where tenant_id = ${tenantId} and system_id = r.system_id and environment = r.environment
        and (started_at, fingerprint) > (r.started_at, r.fingerprint)
      order by started_at, fingerprint limit 1
    ) next on true`
}

/** The runs of one configuration in an environment, the newest first. */
export function selectRunsOf(
  tx: Transaction,
  tenantId: string,
  it: {
    readonly systemId: string
    readonly environment: string
    readonly fingerprint: string
    readonly limit: number
  },
): CompiledQuery<RunRow> {
  return sql<RunRow>`
    ${runsWithEnds(tenantId)}
    where r.tenant_id = ${tenantId} and r.system_id = ${it.systemId} and r.environment = ${it.environment}
      and r.fingerprint = ${it.fingerprint}
    order by r.started_at desc
    limit ${it.limit}`.compile(tx)
}

/** The runs of an environment that were at some time between two instants, the newest first, and one more than the limit. */
export function selectRunsBetween(
  tx: Transaction,
  tenantId: string,
  {
    systemId,
    environment,
    from,
    to,
    before,
    limit,
  }: {
    readonly systemId: string
    readonly environment: string
    readonly from: Date | null
    readonly to: Date | null
    /** The run after which a page begins. */
    readonly before: string | null
    readonly limit: number
  },
): CompiledQuery<RunRow> {
  return sql<RunRow>`
    ${runsWithEnds(tenantId)}
    where r.tenant_id = ${tenantId} and r.system_id = ${systemId} and r.environment = ${environment}
      and (${to}::timestamptz is null or r.started_at <= ${to})
      and (${before}::uuid is null or (r.started_at, r.fingerprint) < (
        select started_at, fingerprint from run where tenant_id = ${tenantId} and id = ${before}::uuid))
      -- Of what began before, only what ran still.
      and (${from}::timestamptz is null or r.started_at >= (
        select coalesce(max(started_at), '-infinity') from run
        where tenant_id = ${tenantId} and system_id = ${systemId} and environment = ${environment} and started_at <= ${from}))
    order by r.started_at desc, r.fingerprint desc
    limit ${limit + 1}`.compile(tx)
}
