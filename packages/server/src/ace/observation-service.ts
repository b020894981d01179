import { type Configuration, type Observation, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Caller } from '../identity/index.ts'
import { json, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { openChange } from './change-service.ts'
import { fingerprintOf, normalize } from './configuration.ts'
import { type History, settleHistory } from './history.ts'
import type { Outcome, Sighting } from './sighting.ts'

const futureToleranceMs = 5 * 60_000
const seenRecordedEveryMs = 60_000

/**
 * Takes in a batch of observations, in one transaction: all of it or nothing.
 * A fingerprint that is an environment's current one costs one insert; another one opens an ACE under the environment's lock.
 * @throws ProblemError `invalid_request` that names each observation that can't be taken
 */
export async function observe(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  observations: readonly Observation[],
): Promise<Outcome[]> {
  const { tenantId } = caller.principal
  const sightings = await resolve(tx, tenantId, observations)
  const known = await readKnown(tx, tenantId, sightings)
  const current = await readCurrent(tx, tenantId, sightings)
  const history: History = new Map()
  const outcomes = new Map<string, Outcome>(known)
  await keepConfigurations(tx, tenantId, { sightings, current })
  for (const sighting of sightings.toSorted(inLockOrder)) {
    if (outcomes.has(sighting.id)) continue
    outcomes.set(sighting.id, await settle(audit, tx, caller, { sighting, current, history }))
  }
  await insertObservations(
    tx,
    tenantId,
    sightings.filter(({ id }) => !known.has(id)),
    outcomes,
  )
  return sightings.map(({ id }) => outcomes.get(id) ?? unreachable(id))
}

// One environment after the other, so that two batches at once lock them in the same order; within each, oldest first,
// so that a batch that spans a change tells it in the order in which it happened.
function inLockOrder(a: Sighting, b: Sighting): number {
  const [left, right] = [environmentKey(a), environmentKey(b)]
  if (left !== right) return left < right ? -1 : 1
  return a.observedAt.getTime() - b.observedAt.getTime()
}

function environmentKey({ systemId, environment }: Pick<Sighting, 'systemId' | 'environment'>): string {
  return `${systemId}/${environment}`
}

// Those that may be new, in the order of their fingerprints: another order could make two batches wait for each other.
async function keepConfigurations(
  tx: Transaction,
  tenantId: string,
  { sightings, current }: { sightings: readonly Sighting[]; current: ReadonlyMap<string, Current> },
): Promise<void> {
  const news = new Map(
    sightings
      .filter((it) => current.get(environmentKey(it))?.fingerprint !== it.fingerprint)
      .map((it) => [it.fingerprint, it] as const),
  )
  for (const [, it] of [...news].toSorted(([a], [b]) => (a < b ? -1 : 1))) await keepConfiguration(tx, tenantId, it)
}

function unreachable(id: string): never {
  throw new Error(`observation ${id} was not settled`)
}

async function resolve(tx: Transaction, tenantId: string, observations: readonly Observation[]): Promise<Sighting[]> {
  const names = [...new Set(observations.map(({ system }) => system))]
  const systems = await tx
    .selectFrom('system')
    .select(['id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('name', 'in', names)
    .execute()
  const ids = new Map(systems.map(({ id, name }) => [name, id]))
  const now = Date.now()
  const errors = observations.flatMap(({ system, observedAt }, index) => [
    ...(ids.has(system)
      ? []
      : [
          {
            pointer: `/observations/${index}/system`,
            detail: `there is no system ${system}; create it first: afterai system create ${system}`,
          },
        ]),
    ...(observedAt !== undefined && Date.parse(observedAt) > now + futureToleranceMs
      ? [{ pointer: `/observations/${index}/observedAt`, detail: 'lies in the future; check the clock of the sender' }]
      : []),
  ])
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
  return observations.map((it) => ({
    id: it.id ?? newId(),
    systemId: ids.get(it.system) ?? '',
    environment: it.environment,
    fingerprint: fingerprintOf(it.configuration),
    configuration: normalize(it.configuration),
    origin: it.origin,
    revision: it.revision ?? null,
    // A clock that is a little ahead must not make what comes after look like the past.
    observedAt: new Date(it.observedAt === undefined ? now : Math.min(Date.parse(it.observedAt), now)),
  }))
}

async function readKnown(
  tx: Transaction,
  tenantId: string,
  sightings: readonly Sighting[],
): Promise<Map<string, Outcome>> {
  const rows = await tx
    .selectFrom('observation')
    .select(['id', 'fingerprint', 'change_id', 'system_id', 'environment'])
    .where('tenant_id', '=', tenantId)
    .where(
      'id',
      'in',
      sightings.map(({ id }) => id),
    )
    .execute()
  const kept = new Map(rows.map((row) => [row.id, row]))
  const errors = sightings.flatMap(({ id, systemId, environment, fingerprint, origin }, index) => {
    const row = kept.get(id)
    const isSame =
      row === undefined ||
      // A commit keeps its id, also where its files are read or digested in another way by now.
      origin === 'import' ||
      (row.system_id === systemId && row.environment === environment && row.fingerprint === fingerprint)
    return isSame ? [] : [{ pointer: `/observations/${index}/id`, detail: 'was used for another observation' }]
  })
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
  return new Map(
    rows.map(({ id, fingerprint, change_id }) => [id, { id, outcome: 'duplicate', fingerprint, changeId: change_id }]),
  )
}

interface Current {
  fingerprint: string
  firstSeenAt: Date
  changedAt: Date
  lastSeenAt: Date
}

async function readCurrent(
  tx: Transaction,
  tenantId: string,
  sightings: readonly Sighting[],
): Promise<Map<string, Current>> {
  const rows = await tx
    .selectFrom('environment')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('system_id', 'in', [...new Set(sightings.map(({ systemId }) => systemId))])
    .execute()
  return new Map(rows.map((row) => [`${row.system_id}/${row.name}`, toCurrent(row)]))
}

function toCurrent(row: { fingerprint: string; first_seen_at: Date; changed_at: Date; last_seen_at: Date }): Current {
  return {
    fingerprint: row.fingerprint,
    firstSeenAt: row.first_seen_at,
    changedAt: row.changed_at,
    lastSeenAt: row.last_seen_at,
  }
}

async function settle(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { sighting, current, history }: { sighting: Sighting; current: Map<string, Current>; history: History },
): Promise<Outcome> {
  const { id, systemId, environment, fingerprint, observedAt } = sighting
  const key = environmentKey(sighting)
  const seen = current.get(key)
  if (sighting.origin === 'import' && seen !== undefined && observedAt < seen.firstSeenAt) {
    return settleHistory(audit, tx, caller, { sighting, history, key, intent: 'implemented' })
  }
  if (seen?.fingerprint === fingerprint) {
    await recordSeen(tx, caller.principal.tenantId, { sighting, seen })
    return { id, outcome: 'unchanged', fingerprint, changeId: null }
  }
  const locked = await lockEnvironment(tx, caller.principal.tenantId, sighting)
  const firstSeenAt = locked === 'created' ? observedAt : locked.firstSeenAt
  current.set(key, { fingerprint, firstSeenAt, changedAt: observedAt, lastSeenAt: observedAt })
  if (locked === 'created') {
    await audit(tx, caller.actor, {
      action: 'environment.baseline',
      resource: `system/${systemId}`,
      details: { environment, fingerprint },
    })
    return { id, outcome: 'baseline', fingerprint, changeId: null }
  }
  // Another request was first.
  if (locked.fingerprint === fingerprint) {
    current.set(key, locked)
    return { id, outcome: 'unchanged', fingerprint, changeId: null }
  }
  // It tells of a time before the last change: what runs now stays as it is. What is known to have run is no news; what never ran is a
  // change of its time, however late it comes.
  if (observedAt < locked.changedAt) {
    current.set(key, locked)
    if (await hasRun(tx, caller.principal.tenantId, sighting)) {
      return { id, outcome: 'late', fingerprint, changeId: null }
    }
    return settleHistory(audit, tx, caller, { sighting, history, key, intent: 'observed' })
  }
  const changeId = await openChange(audit, tx, caller, {
    systemId,
    environment,
    before: locked.fingerprint,
    after: fingerprint,
    origin: sighting.origin,
    revision: sighting.revision,
    intent: 'observed',
  })
  await moveEnvironment(tx, caller.principal.tenantId, sighting)
  return { id, outcome: 'changed', fingerprint, changeId }
}

async function hasRun(
  tx: Transaction,
  tenantId: string,
  { systemId, environment, fingerprint }: Sighting,
): Promise<boolean> {
  const row = await tx
    .selectFrom('observation')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .where('environment', '=', environment)
    .where('fingerprint', '=', fingerprint)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Keeps a configuration's metadata under its fingerprint, once. */
export async function keepConfiguration(
  tx: Transaction,
  tenantId: string,
  { fingerprint, configuration }: { fingerprint: string; configuration: Configuration },
): Promise<void> {
  await tx
    .insertInto('configuration')
    .values({ tenant_id: tenantId, fingerprint, content: json(configuration) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

// The insert waits for another transaction that inserts the same row; so exactly one observation makes the baseline.
async function lockEnvironment(tx: Transaction, tenantId: string, sighting: Sighting): Promise<'created' | Current> {
  const { systemId, environment, fingerprint, observedAt } = sighting
  const created = await tx
    .insertInto('environment')
    .values({
      tenant_id: tenantId,
      system_id: systemId,
      name: environment,
      fingerprint,
      changed_at: observedAt,
      first_seen_at: observedAt,
      last_seen_at: observedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (created.numInsertedOrUpdatedRows === 1n) return 'created'
  const row = await environmentRow(tx, tenantId, sighting).selectAll().forUpdate().executeTakeFirstOrThrow()
  return toCurrent(row)
}

async function recordSeen(
  tx: Transaction,
  tenantId: string,
  { sighting, seen }: { sighting: Sighting; seen: Current },
): Promise<void> {
  if (sighting.observedAt.getTime() - seen.lastSeenAt.getTime() < seenRecordedEveryMs) return
  seen.lastSeenAt = sighting.observedAt
  await tx
    .updateTable('environment')
    .set({ last_seen_at: sighting.observedAt })
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', sighting.systemId)
    .where('name', '=', sighting.environment)
    .where('last_seen_at', '<', sighting.observedAt)
    .execute()
}

async function moveEnvironment(tx: Transaction, tenantId: string, sighting: Sighting): Promise<void> {
  const { fingerprint, observedAt } = sighting
  await tx
    .updateTable('environment')
    .set({ fingerprint, changed_at: observedAt, last_seen_at: observedAt })
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', sighting.systemId)
    .where('name', '=', sighting.environment)
    .execute()
}

function environmentRow(tx: Transaction, tenantId: string, { systemId, environment }: Sighting) {
  return tx
    .selectFrom('environment')
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .where('name', '=', environment)
}

function byId(a: Sighting, b: Sighting): number {
  return a.id < b.id ? -1 : 1
}

async function insertObservations(
  tx: Transaction,
  tenantId: string,
  sightings: readonly Sighting[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  if (sightings.length === 0) return
  const unique = [...new Map(sightings.map((it) => [it.id, it])).values()]
  const rows = unique.toSorted(byId).map((it) => ({
    tenant_id: tenantId,
    id: it.id,
    system_id: it.systemId,
    environment: it.environment,
    fingerprint: it.fingerprint,
    outcome: outcomes.get(it.id)?.outcome,
    change_id: outcomes.get(it.id)?.changeId,
    origin: it.origin,
    revision: it.revision,
    observed_at: it.observedAt.toISOString(),
  }))
  // One statement for the whole batch; a retry that runs at the same time waits here, and then inserts nothing.
  await sql`
    insert into observation (tenant_id, id, system_id, environment, fingerprint, outcome, change_id, origin, revision, observed_at)
    select tenant_id, id, system_id, environment, fingerprint, outcome, change_id, origin, revision, observed_at
    from jsonb_populate_recordset(null::observation, ${json(rows)})
    on conflict do nothing`.execute(tx)
}
