import { type Observation, ProblemError, fingerprintOf, normalizeConfiguration } from '@afterai/contract'
import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely'
import type { Caller } from '../../access/index.ts'
import type { Audit, AuditEvent } from '../../audit/index.ts'
import { json, type Tables, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { together } from '../../platform/together.ts'
import { prepareChanges } from '../change-opening.ts'
import { keepConfigurations } from '../kept-configurations.ts'
import {
  createEnvironments,
  environmentKey,
  type Environments,
  keepHeads,
  lockSystems,
  noteSeen,
  readEnvironmentsOf,
  selectEnvironments,
  toEnvironments,
} from './environments.ts'
import { isBefore } from './history.ts'
import { selectPlans, toPlans } from './plans.ts'
import { implement, implementedEvent, rebase, reconcile } from './reconcile.ts'
import { keepRuns, selectAgain, selectRuns, toAgain, toRuns } from './runs.ts'
import { type Baseline, type Moved, seenRecordedEveryMs, settle } from './settle.ts'
import type { Outcome, Sighting } from './sighting.ts'

const futureToleranceMs = 5 * 60_000

/** What the audit trail is told of observations. */
export const observationAudits = [
  'environment.baseline',
  'environment.backdate',
  'change.open',
  'change.implement',
  'change.rebase',
] as const

type Told = Observation & { readonly id: string }

/**
 * Takes in a batch of observations, in one transaction: all of it or nothing, and by as many statements as for one of them. Those of what
 * runs already cost one insert; others are settled while nobody else takes in any of their systems.
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
  const moving = new Set(fresh.filter((it) => !isQuiet(it, environments)).map(environmentKey))
  const [restless, quiet] = parted(fresh, (it) => moving.has(environmentKey(it)))
  const late = await takeQuiet(tx, tenantId, { quiet, environments })
  const outcomes = new Map([
    ...quiet.map(
      (it) => [it.id, { id: it.id, outcome: 'unchanged', fingerprint: it.fingerprint, changeId: null }] as const,
    ),
    ...(await takeRestless(audit, tx, caller, inLockOrder([...restless, ...late]))),
  ])
  return sightings.map(({ id }) => known.get(id) ?? outcomes.get(id) ?? unreachable(id))
}

/** What was quiet when it was read, and isn't any more, is settled instead. */
const stillQuiet = sql`exists (select from environment e where e.tenant_id = it.tenant_id and e.system_id = it.system_id
  and e.name = it.environment and e.fingerprint = it.fingerprint and e.changed_at <= it.observed_at)`

/** Whether it tells of what runs, and of no time before that began. */
function isQuiet(sighting: Sighting, environments: Environments): boolean {
  const now = environments.get(environmentKey(sighting))
  return now?.fingerprint === sighting.fingerprint && sighting.observedAt >= now.changedAt
}

function parted<T>(all: readonly T[], isFirst: (it: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((it) => !isFirst(it))]
}

/** Keeps what tells of what runs. @returns those whose environment has moved since it was read: nothing of them is kept */
async function takeQuiet(
  tx: Transaction,
  tenantId: string,
  { quiet, environments }: { quiet: readonly Sighting[]; environments: Environments },
): Promise<Sighting[]> {
  if (quiet.length === 0) return []
  const seen = [...new Map(quiet.map((it) => [environmentKey(it), it])).values()].filter((it) => {
    const { lastSeenAt = it.observedAt } = environments.get(environmentKey(it)) ?? {}
    return it.observedAt.getTime() - lastSeenAt.getTime() >= seenRecordedEveryMs
  })
  const outcomes = new Map(quiet.map(({ id }) => [id, { outcome: 'unchanged' as const, changeId: null }]))
  const [, rows] = await together(tx, [
    lockSystems(tx, tenantId, quiet, 'shared'),
    selectEnvironments(tx, tenantId, [...new Set(quiet.map(({ systemId }) => systemId))]),
    insertObservations(tx, tenantId, { fresh: quiet, outcomes, where: stillQuiet }),
    ...noteSeen(tx, tenantId, seen),
  ])
  const now = toEnvironments(rows)
  return quiet.filter((it) => !isQuiet(it, now))
}

/** Settles what may tell of something else than what runs. */
async function takeRestless(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  sightings: readonly Sighting[],
): Promise<Map<string, Outcome>> {
  if (sightings.length === 0) return new Map()
  const { tenantId } = caller.principal
  const first = [...new Map(sightings.toReversed().map((it) => [environmentKey(it), it])).values()]
  const [, , , environments, runs, again, plans] = await together(tx, [
    lockSystems(tx, tenantId, sightings, 'alone'),
    keepConfigurations(tx, tenantId, sightings),
    createEnvironments(tx, tenantId, first),
    selectEnvironments(tx, tenantId, [...new Set(first.map(({ systemId }) => systemId))]),
    selectRuns(tx, tenantId, first),
    selectAgain(tx, tenantId, sightings),
    selectPlans(tx, tenantId, first),
  ])
  const settled = settle(sightings, {
    environments: toEnvironments(environments),
    runs: toRuns(runs),
    again: toAgain(again),
  })
  const { opening, implemented } = reconcile(settled.transitions, toPlans(plans))
  const changes = await prepareChanges(
    tx,
    caller,
    opening.map(({ change }) => change),
  )
  const changeIds = new Map([
    ...opening.map(({ run }, n) => [run.id, changes.ids[n] ?? ''] as const),
    ...implemented.map(({ run, planId }) => [run.id, planId] as const),
  ])
  const outcomes = new Map(
    settled.steps.map(({ sighting: { id, fingerprint }, outcome, run }) => {
      const changeId = outcome === 'changed' ? (changeIds.get(run.id) ?? run.changeId) : null
      return [id, { id, outcome, fingerprint, changeId }] as const
    }),
  )
  await together(tx, [
    ...changes.insert,
    ...implement(tx, caller.principal, implemented),
    ...keepRuns(tx, tenantId, settled, changeIds),
    ...keepHeads(tx, tenantId, settled.heads),
    insertObservations(tx, tenantId, { fresh: sightings, outcomes, where: sql`true` }),
  ])
  const rebasing = await rebase(tx, tenantId, settled.rebased)
  await audit(
    tx,
    caller.actor,
    ...settled.moved.map(backdateEvent),
    ...settled.baselines.map(baselineEvent),
    ...changes.events,
    ...implemented.map(implementedEvent),
    ...rebasing,
  )
  return outcomes
}

function baselineEvent({ systemId, environment, run: { fingerprint, startedAt } }: Baseline): AuditEvent {
  const details = { environment, fingerprint, startedAt: startedAt.toISOString() }
  return { action: 'environment.baseline', resource: `system/${systemId}`, details }
}

function backdateEvent({ systemId, environment, run: { fingerprint, startedAt, changeId }, was }: Moved): AuditEvent {
  const details = { environment, fingerprint, changeId, was: was.toISOString(), startedAt: startedAt.toISOString() }
  return { action: 'environment.backdate', resource: `system/${systemId}`, details }
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
    configuration: normalizeConfiguration(it.configuration),
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
    .map((it) => ({ it, key: environmentKey(it) }))
    .toSorted((a, b) =>
      a.key === b.key ? Number(isBefore(b.it, a.it)) - Number(isBefore(a.it, b.it)) : a.key < b.key ? -1 : 1,
    )
  const told = new Set<string>()
  return ordered.flatMap(({ it }) => {
    if (told.has(it.id)) return []
    told.add(it.id)
    return [it]
  })
}

function unreachable(id: string): never {
  throw new Error(`observation ${id} was not settled`)
}

function insertObservations(
  tx: Transaction,
  tenantId: string,
  {
    fresh,
    outcomes,
    where,
  }: {
    fresh: readonly Sighting[]
    outcomes: ReadonlyMap<string, Pick<Outcome, 'outcome' | 'changeId'>>
    where: RawBuilder<unknown>
  },
): CompiledQuery {
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
    from jsonb_populate_recordset(null::observation, ${json(rows)}) as it
    where ${where}
    on conflict do nothing`
  return insert.compile(tx)
}
