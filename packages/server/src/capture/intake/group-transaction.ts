import { createChangeRequest, observation, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Caller } from '../../identity/index.ts'
import type { Transaction } from '../../platform/database.ts'
import type { ChangeTracking } from '../change-tracking.ts'
import type { RouteProfiles } from '../identity-watch/route-profiles.ts'
import type { ServedModels } from '../identity-watch/served-models.ts'
import { none } from '../limits.ts'
import { futureToleranceMs, type Reading } from '../readings.ts'
import type { Batch, BatchOutcome, PlacedEvent } from './batch.ts'
import { countClients, countDropped } from './counters.ts'
import type { Dimensions } from './dimensions.ts'
import { takeReceipts } from './receipts.ts'
import type { Systems } from './systems.ts'
import { Windows } from './windows.ts'

/** What taking in a group of batches needs. */
export interface GroupDependencies {
  readonly tracking: ChangeTracking
  readonly systems: Systems
  readonly dimensions: Dimensions
  readonly served: ServedModels
  readonly profiles: RouteProfiles
}

/** What became of a batch of the group. `conflict`: its receipt's key was used for another content. */
export type GroupOutcome = BatchOutcome | 'conflict'

type Resolve = (name: string) => string

interface Located {
  readonly batch: Batch
  readonly reading: Reading
  readonly systemId: string
}

/**
 * Takes in batches of one tenant in its transaction: those that came before count no more, the rest is folded and merged. Every lock is
 * taken in the same order by all (receipts, systems, environments, models, routes, limits, windows, processes, drops; each by key), so
 * that several processes add up to the same totals and don't wait for each other in a circle.
 */
export async function takeGroup(
  deps: GroupDependencies,
  tx: Transaction,
  tenantId: string,
  batches: readonly Batch[],
): Promise<GroupOutcome[]> {
  const receipts = await takeReceipts(tx, tenantId, batches)
  const fresh = batches.filter((_, index) => receipts[index] === 'new')
  const resolve = await resolveSystems(deps, tx, fresh)
  const rejected = new Map<Batch, BatchOutcome['rejected']>()
  for (const batch of fresh) rejected.set(batch, await takeEvents(deps, tx, batch))
  const located = fresh.flatMap((batch) =>
    batch.readings.map((reading) => ({ batch, reading, systemId: resolve(reading.system) })),
  )
  await fold(deps, tx, tenantId, located)
  await countClients(tx, tenantId, fresh)
  await countDropped(tx, tenantId, fresh)
  return batches.map((batch, index) =>
    receipts[index] === 'conflict'
      ? 'conflict'
      : { duplicate: receipts[index] === 'duplicate', rejected: rejected.get(batch) ?? [] },
  )
}

async function resolveSystems(deps: GroupDependencies, tx: Transaction, batches: readonly Batch[]): Promise<Resolve> {
  const resolved = new Map<string, string>()
  // Whoever names a system first is the one who registers it.
  for (const { caller, readings, events } of batches) {
    const names = new Set<string>()
    for (const { system } of readings) if (!resolved.has(system)) names.add(system)
    for (const { event } of events) if (!resolved.has(event.system)) names.add(event.system)
    if (names.size === 0) continue
    const resolve = await deps.systems.resolve(tx, caller, names)
    for (const name of names) resolved.set(name, resolve(name))
  }
  return (name) => resolved.get(name) ?? ''
}

async function fold(
  deps: GroupDependencies,
  tx: Transaction,
  tenantId: string,
  located: readonly Located[],
): Promise<void> {
  if (located.length === 0) return
  const current = await deps.tracking.currentFingerprints(tx, tenantId, [...new Set(located.map((it) => it.systemId))])
  const routes = await admitAll(deps, tx, tenantId, 'route', located, ({ reading }) => reading.route ?? none)
  const calls = located.flatMap(({ batch: { caller }, reading: call, systemId }) => {
    if (call.kind !== 'call') return []
    const observed = current.has(`${systemId}/${call.environment}`)
    return [{ systemId, call, caller, observed, route: routes(systemId, call.environment, call.route ?? none) }]
  })
  await deps.served.watch(tx, calls)
  await deps.profiles.watch(tx, calls)
  const fingerprints = new Map<Reading, string>()
  for (const it of calls) {
    const observed = current.get(`${it.systemId}/${it.call.environment}`)
    fingerprints.set(it.call, observed ?? deps.profiles.fingerprintOf(it))
  }
  const fingerprintOf = ({ reading, systemId }: Located): string =>
    (reading.kind === 'measure' ? reading.fingerprint : fingerprints.get(reading)) ??
    current.get(`${systemId}/${reading.environment}`) ??
    none
  const admitted = await admitAll(deps, tx, tenantId, 'fingerprint', located, fingerprintOf)
  const windows = new Windows()
  for (const it of located) {
    const { systemId, reading } = it
    const fingerprint = fingerprintOf(it)
    const route = reading.route ?? none
    windows.add(
      { systemId, fingerprint, route, reading },
      {
        fingerprint: admitted(systemId, reading.environment, fingerprint),
        route: routes(systemId, reading.environment, route),
      },
    )
  }
  await windows.write(tx, tenantId)
}

type Admitted = (systemId: string, environment: string, value: string) => string

/** Admits the values of one kind, environment by environment. */
async function admitAll(
  { dimensions }: GroupDependencies,
  tx: Transaction,
  tenantId: string,
  kind: 'fingerprint' | 'route',
  located: readonly Located[],
  valueOf: (it: Located) => string,
): Promise<Admitted> {
  const scopes = new Map<string, Set<string>>()
  for (const it of located) {
    const scope = `${it.systemId}/${it.reading.environment}`
    const values = scopes.get(scope) ?? new Set<string>()
    scopes.set(scope, values)
    const value = valueOf(it)
    if (value !== none) values.add(value)
  }
  const admitted = new Map<string, (value: string) => string>()
  for (const [scope, values] of [...scopes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    admitted.set(scope, await dimensions.admit(tx, tenantId, { kind, scope, values }))
  }
  return (systemId, environment, value) =>
    value === none ? none : (admitted.get(`${systemId}/${environment}`)?.(value) ?? none)
}

/** Hands observations and changes to their feature. One that can't be taken is rejected by itself. */
async function takeEvents(
  { tracking }: GroupDependencies,
  tx: Transaction,
  batch: Batch,
): Promise<BatchOutcome['rejected']> {
  const rejected: { index: number; detail: string }[] = []
  for (const placed of batch.events) {
    const detail = await takeEvent(tracking, tx, batch, placed)
    if (detail !== undefined) rejected.push({ index: placed.index, detail })
  }
  return rejected
}

async function takeEvent(
  tracking: ChangeTracking,
  tx: Transaction,
  { caller }: Batch,
  { event }: PlacedEvent,
): Promise<string | undefined> {
  if (event.kind === 'observation' && event.observedAt !== undefined) {
    if (Date.parse(event.observedAt) > Date.now() + futureToleranceMs) return 'lies in the future; check the clock'
  }
  // Both features refuse before they write their first audit event, whose number a savepoint couldn't give back.
  await sql`savepoint event`.execute(tx)
  try {
    await hand(tracking, tx, caller, event)
    await sql`release savepoint event`.execute(tx)
    return undefined
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    await sql`rollback to savepoint event`.execute(tx)
    return error.fields.errors?.map(({ detail }) => detail).join('; ') ?? error.message
  }
}

async function hand(
  tracking: ChangeTracking,
  tx: Transaction,
  caller: Caller,
  event: PlacedEvent['event'],
): Promise<void> {
  if (event.kind === 'change') {
    await tracking.recordChange(tx, caller, {
      id: event.id,
      change: createChangeRequest.parse(without(event, 'kind', 'id')),
    })
  } else await tracking.observe(tx, caller, [observation.parse(without(event, 'kind'))])
}

function without(event: object, ...members: readonly string[]): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !members.includes(name)))
}
