import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../../platform/database.ts'
import { environmentKey } from './environments.ts'
import type { Run } from './history.ts'
import type { SeenAgain, Settlement } from './settle.ts'
import type { Sighting } from './sighting.ts'

interface RunRow {
  readonly id: string
  readonly system_id: string
  readonly environment: string
  readonly fingerprint: string
  readonly started_at: Date
  readonly change_id: string | null
}

/** Of each environment the run around a sighting of it, and those after. `first` is the first sighting of each. */
export function selectRuns(tx: Transaction, tenantId: string, first: readonly Sighting[]): CompiledQuery<RunRow> {
  return sql<RunRow>`
    select r.id, r.system_id, r.environment, r.fingerprint, r.started_at, r.change_id from ${placesOf(first)}
    cross join lateral (
      (select * from run
        where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
          and (started_at, fingerprint) <= (it.at, it.fingerprint)
        order by started_at desc, fingerprint desc limit 1)
      union all
      (select * from run
        where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
          and (started_at, fingerprint) > (it.at, it.fingerprint))
    ) r order by r.started_at, r.fingerprint`.compile(tx)
}

/** Rows as runs, by `environmentKey`. */
export function toRuns(rows: readonly RunRow[]): Map<string, Run[]> {
  const groups = Map.groupBy(rows, (row) => environmentKey({ systemId: row.system_id, environment: row.environment }))
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      group.map((row) => ({
        id: row.id,
        fingerprint: row.fingerprint,
        startedAt: row.started_at,
        changeId: row.change_id,
      })),
    ]),
  )
}

interface AgainRow {
  readonly id: string
  readonly at: Date
  readonly origin: Sighting['origin']
  readonly revision: string | null
}

/** When the configuration that runs around each sighting was seen next after it, before the following run. */
export function selectAgain(
  tx: Transaction,
  tenantId: string,
  sightings: readonly Sighting[],
): CompiledQuery<AgainRow> {
  return sql<AgainRow>`
    select it.id, again.observed_at as at, again.origin, again.revision from ${placesOf(sightings)}
    cross join lateral (
      select fingerprint from run
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and (started_at, fingerprint) <= (it.at, it.fingerprint)
      order by started_at desc, fingerprint desc limit 1
    ) around
    left join lateral (
      select started_at, fingerprint from run
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and (started_at, fingerprint) > (it.at, it.fingerprint)
      order by started_at, fingerprint limit 1
    ) next on true
    cross join lateral (
      select observed_at, origin, revision from observation
      where tenant_id = ${tenantId} and system_id = it.system_id and environment = it.environment
        and fingerprint = around.fingerprint and observed_at >= it.at
        and (observed_at, fingerprint) > (it.at, it.fingerprint)
        and (next.started_at is null or (observed_at, fingerprint) < (next.started_at, next.fingerprint))
      order by observed_at limit 1
    ) again
    where around.fingerprint <> it.fingerprint`.compile(tx)
}

/** Rows by the ids of sightings. */
export function toAgain(rows: readonly AgainRow[]): Map<string, SeenAgain> {
  return new Map(rows.map(({ id, ...again }) => [id, again]))
}

function placesOf(sightings: readonly Sighting[]) {
  return sql`unnest(
      ${sightings.map(({ id }) => id)}::uuid[], ${sightings.map((it) => it.systemId)}::uuid[],
      ${sightings.map((it) => it.environment)}::text[], ${sightings.map((it) => it.observedAt.toISOString())}::timestamptz[],
      ${sightings.map((it) => it.fingerprint)}::text[]
    ) as it (id, system_id, environment, at, fingerprint)`
}

/** Keeps what has become of runs. `changeIds` are those of the runs that were added, or began to be a change. */
export function keepRuns(
  tx: Transaction,
  tenantId: string,
  { added, moved, transitions }: Pick<Settlement, 'added' | 'moved' | 'transitions'>,
  changeIds: ReadonlyMap<string, string>,
): CompiledQuery[] {
  const statements: CompiledQuery[] = []
  if (moved.length > 0) {
    const begunAt = moved.map(({ run }) => run.startedAt.toISOString())
    statements.push(
      sql`
        update run set started_at = it.at
        from unnest(${moved.map(({ run }) => run.id)}::uuid[], ${begunAt}::timestamptz[]) as it (id, at)
        where tenant_id = ${tenantId} and run.id = it.id`.compile(tx),
      sql`
        update change set implemented_at = it.at
        from unnest(${moved.map(({ run }) => run.changeId)}::uuid[], ${begunAt}::timestamptz[]) as it (id, at)
        where tenant_id = ${tenantId} and change.id = it.id`.compile(tx),
    )
  }
  if (added.length > 0) {
    statements.push(
      sql`
        insert into run (tenant_id, id, system_id, environment, fingerprint, started_at, change_id)
        select ${tenantId}::uuid, * from unnest(
          ${added.map(({ id }) => id)}::uuid[], ${added.map((it) => it.systemId)}::uuid[], ${added.map((it) => it.environment)}::text[],
          ${added.map((it) => it.fingerprint)}::text[], ${added.map((it) => it.startedAt.toISOString())}::timestamptz[],
          ${added.map(({ id }) => changeIds.get(id) ?? null)}::uuid[])`.compile(tx),
    )
  }
  const fresh = new Set(added.map(({ id }) => id))
  const known = transitions.filter(({ run }) => !fresh.has(run.id)).map(({ run }) => run.id)
  if (known.length > 0) {
    statements.push(
      sql`
        update run set change_id = it.change_id
        from unnest(${known}::uuid[], ${known.map((id) => changeIds.get(id) ?? null)}::uuid[]) as it (id, change_id)
        where tenant_id = ${tenantId} and run.id = it.id`.compile(tx),
    )
  }
  return statements
}
