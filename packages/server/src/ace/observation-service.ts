import { type Observation, ProblemError } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { Audit } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { type PreparedChanges, prepareChanges } from './change-opening.ts'
import { fingerprintOf, normalize } from './configuration.ts'
import {
  environmentKey,
  type Environments,
  holdEnvironments,
  isHistory,
  moveEnvironments,
  noteSeen,
  readEnvironmentsOf,
  toEnvironments,
} from './environments.ts'
import { readPast } from './past.ts'
import { settle, type Step } from './settling.ts'
import type { Outcome, Sighting } from './sighting.ts'

const futureToleranceMs = 5 * 60_000

type Told = Observation & { readonly id: string }

/**
 * Takes in a batch of observations, in one transaction: all of it or nothing, and by as many statements as for one of them.
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
  const { sightings, known, environments } = await readWhatIs(tx, tenantId, observations)
  const fresh = inLockOrder(sightings.filter(({ id }) => !known.has(id)))
  const { held, created } = await hold(tx, tenantId, { fresh, environments })
  const now = new Map([...environments, ...held])
  const past = await readPast(tx, tenantId, { sightings: fresh, environments: now })
  const { steps, moves, seen } = settle(fresh, { environments: now, created, past })
  const changes = await prepareChanges(
    tx,
    caller,
    steps.flatMap(({ change }) => (change === undefined ? [] : [change])),
  )
  const { outcomes, events } = tell(steps, changes)
  await together(tx, [
    ...changes.insert,
    ...moveEnvironments(tx, tenantId, moves),
    ...noteSeen(tx, tenantId, seen),
    ...insertObservations(tx, tenantId, { fresh, outcomes }),
  ])
  await audit(tx, caller.actor, ...events)
  return sightings.map(({ id }) => known.get(id) ?? outcomes.get(id) ?? unreachable(id))
}

/** The systems that observations name, those that were taken already, and what runs now. */
async function readWhatIs(tx: Transaction, tenantId: string, observations: readonly Observation[]) {
  const told = observations.map((it) => ({ ...it, id: it.id ?? newId() }))
  const names = [...new Set(told.map(({ system }) => system))]
  // An id that was made just now is nobody else's.
  const ids = observations.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const [systems, kept, environments] = await together(tx, [
    tx
      .selectFrom('system')
      .select(['id', 'name'])
      .where('tenant_id', '=', tenantId)
      .where(sql<boolean>`name = any(${names}::text[])`)
      .compile(),
    tx
      .selectFrom('observation')
      .select(['id', 'fingerprint', 'change_id', 'system_id', 'environment'])
      .where('tenant_id', '=', tenantId)
      .where(sql<boolean>`id = any(${ids}::uuid[])`)
      .compile(),
    readEnvironmentsOf(tx, tenantId, names),
  ])
  const sightings = toSightings(told, new Map(systems.map(({ id, name }) => [name, id])))
  return { sightings, known: toKnown(sightings, kept), environments: toEnvironments(environments) }
}

function toSightings(told: readonly Told[], systemIds: ReadonlyMap<string, string>): Sighting[] {
  const now = Date.now()
  const errors = told.flatMap(({ system, observedAt }, index) => [
    ...(systemIds.has(system)
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
  return told.map((it) => ({
    id: it.id,
    systemId: systemIds.get(it.system) ?? '',
    environment: it.environment,
    fingerprint: fingerprintOf(it.configuration),
    configuration: normalize(it.configuration),
    origin: it.origin,
    revision: it.revision ?? null,
    // A clock that is a little ahead must not make what comes after look like the past.
    observedAt: new Date(it.observedAt === undefined ? now : Math.min(Date.parse(it.observedAt), now)),
  }))
}

type Kept = Pick<Selectable<Tables['observation']>, 'id' | 'fingerprint' | 'change_id' | 'system_id' | 'environment'>

function toKnown(sightings: readonly Sighting[], rows: readonly Kept[]): Map<string, Outcome> {
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

// One environment after the other; within each, oldest first, so that a batch that spans a change tells it in the order in which it
// happened. An id that is told twice is one sighting, the first of them.
function inLockOrder(sightings: readonly Sighting[]): Sighting[] {
  const ordered = sightings
    .map((it) => ({ it, key: environmentKey(it), at: it.observedAt.getTime() }))
    .toSorted((a, b) => (a.key === b.key ? a.at - b.at : a.key < b.key ? -1 : 1))
  const told = new Set<string>()
  return ordered.flatMap(({ it }) => {
    if (told.has(it.id)) return []
    told.add(it.id)
    return [it]
  })
}

/** Locks the environments that may be altered, and keeps the configurations that may be new. Where nothing changes it has nothing to do. */
function hold(
  tx: Transaction,
  tenantId: string,
  { fresh, environments }: { fresh: readonly Sighting[]; environments: Environments },
) {
  const news = fresh.filter((it) => environments.get(environmentKey(it))?.fingerprint !== it.fingerprint)
  const moving = news.filter((it) => {
    const now = environments.get(environmentKey(it))
    return now === undefined || !isHistory(it, now)
  })
  const locked = [...new Map(moving.toReversed().map((it) => [environmentKey(it), it])).values()]
  const missing = locked.filter((it) => !environments.has(environmentKey(it)))
  return holdEnvironments(tx, tenantId, { configurations: news, missing, locked })
}

/** The outcomes of steps, and what the audit trail is told of them, in their order. */
function tell(steps: readonly Step[], { ids, events: ofChanges }: Pick<PreparedChanges, 'ids' | 'events'>) {
  let nth = -1
  const told = steps.map(({ sighting: { id, fingerprint }, outcome, change, event }) => {
    if (change === undefined) return { outcome: { id, outcome, fingerprint, changeId: null }, event }
    nth += 1
    return { outcome: { id, outcome, fingerprint, changeId: ids[nth] ?? null }, event: ofChanges[nth] }
  })
  return {
    outcomes: new Map<string, Outcome>(told.map((it) => [it.outcome.id, it.outcome])),
    events: told.flatMap(({ event }) => (event === undefined ? [] : [event])),
  }
}

function unreachable(id: string): never {
  throw new Error(`observation ${id} was not settled`)
}

function insertObservations(
  tx: Transaction,
  tenantId: string,
  { fresh, outcomes }: { fresh: readonly Sighting[]; outcomes: ReadonlyMap<string, Outcome> },
): CompiledQuery[] {
  if (fresh.length === 0) return []
  const rows = fresh
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((it) => ({
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
  const insert = sql`
    insert into observation (tenant_id, id, system_id, environment, fingerprint, outcome, change_id, origin, revision, observed_at)
    select tenant_id, id, system_id, environment, fingerprint, outcome, change_id, origin, revision, observed_at
    from jsonb_populate_recordset(null::observation, ${json(rows)})
    on conflict do nothing`
  return [insert.compile(tx)]
}
