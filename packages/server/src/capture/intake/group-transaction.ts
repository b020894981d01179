import { createChangeRequest, observation, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Caller } from '../../access/index.ts'
import { observe, recordChangeOnce } from '../../ace/index.ts'
import type { Audit } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import { fold, type FoldDependencies, type Shared } from './fold.ts'
import type { EnclosingRequests } from '../nesting/enclosing-requests.ts'
import { groupReadings } from './reading-group.ts'
import { futureToleranceMs, type Rejections } from '../readings.ts'
import type { Batch, BatchOutcome, BatchRejected, PlacedEvent } from './batch.ts'
import type { AssumedProduction } from './assumed-production.ts'
import { countClients, countDropped } from './counters.ts'
import { countLoneSteps } from './lone-steps.ts'
import { noteRejected, nothingRejected, recallRejected } from './rejected.ts'
import { takeReceipts } from './receipts.ts'
import { settleRunningTotals } from './running-totals.ts'
import type { ResolvedSystem, Systems } from './systems.ts'

/** Dependencies of taking in a group of batches. */
export interface GroupDependencies extends FoldDependencies {
  readonly audit: Audit
  readonly systems: Systems
  readonly assumedProduction: AssumedProduction
  readonly enclosing: EnclosingRequests
  /** Most streams of running totals of a tenant. */
  readonly series: number
}

/** The outcome of a batch of the group. `conflict`: its receipt's key was used for another content. */
export type GroupOutcome = BatchOutcome | 'conflict'

type Resolve = (name: string) => ResolvedSystem

/**
 * Takes in batches of one tenant in its transaction: those that came before count no more, the rest is folded and merged. Every lock is
 * taken in the same order by all (receipts, spans, streams, systems, environments, limits of environments and routes, what is watched, limits of
 * configurations, windows, processes, drops; each by key), so that several processes add up to the same totals and don't wait for each other in a circle.
 */
export async function takeGroup(
  deps: GroupDependencies,
  tx: Transaction,
  tenantId: string,
  batches: readonly Batch[],
): Promise<GroupOutcome[]> {
  const receipts = await takeReceipts(tx, tenantId, batches)
  const fresh = batches.filter((_, index) => receipts[index] === 'new')
  const enclosing = await deps.enclosing.settle(tx, tenantId, fresh)
  const { settled, overSeries } = await settleRunningTotals(tx, tenantId, fresh, deps.series)
  const resolve = await resolveSystems(deps, tx, fresh)
  const found = new Map<Batch, BatchRejected>()
  for (const batch of fresh) {
    const rejected = [...batch.refused.rejected, ...(await takeEvents(deps, tx, batch))]
    const overLimit = overSeries.get(batch)
    const nestedTokens = enclosing.knowing.filter((it) => it === batch).length
    const rejections = {
      ...batch.refused.rejections,
      ...(await countLoneSteps(tx, tenantId, batch.loneSteps)),
      ...(overLimit === undefined ? {} : { overSeries: overLimit }),
      ...(nestedTokens === 0 ? {} : { nestedTokens }),
    }
    found.set(batch, { rejections, rejected })
  }
  const counting = settled.map((it) => ({
    ...it,
    readings: it.readings.flatMap((of) => (enclosing.enclosing.has(of) ? (enclosing.enclosing.get(of) ?? []) : [of])),
  }))
  const groups = groupReadings(counting, resolve)
  await deps.assumedProduction.note(tx, tenantId, groups)
  const { windows, shared } = await fold(deps, tx, tenantId, groups)
  for (const [batch, remarks] of sharedOf(
    fresh.map((batch, index) => ({ batch, readings: counting[index]?.readings ?? [] })),
    shared,
  )) {
    const rejected = found.get(batch)
    if (rejected !== undefined) found.set(batch, { ...rejected, rejections: { ...rejected.rejections, ...remarks } })
  }
  for (const it of enclosing.takenBack) windows.takeBack(it)
  const unshared = await enclosing.note(windows.counted)
  // Sent one behind the other without a wait between; the database takes them, and their locks, in this order.
  await Promise.all([
    windows.write(tx, tenantId),
    countClients(tx, tenantId, fresh),
    countDropped(tx, tenantId, fresh, { ...enclosing, unshared }),
  ])
  await noteRejected(tx, tenantId, found)
  const duplicates = batches.filter((_, index) => receipts[index] === 'duplicate')
  const recalled = await recallRejected(tx, tenantId, duplicates)
  return batches.map((batch, index) =>
    receipts[index] === 'conflict'
      ? 'conflict'
      : {
          duplicate: receipts[index] === 'duplicate',
          ...(found.get(batch) ?? recalled.get(batch) ?? nothingRejected),
        },
  )
}

/** How many readings of each batch count under a name that they share with others. */
function sharedOf(
  batches: readonly { readonly batch: Batch; readonly readings: readonly unknown[] }[],
  { systems, environments }: Shared,
): Map<Batch, Rejections> {
  if (systems.length + environments.length === 0) return new Map()
  const [ofSystems, ofEnvironments] = [systems, environments].map(
    (groups) => new Set<unknown>(groups.flatMap(({ readings }) => readings)),
  )
  return new Map(
    batches.map(({ batch, readings }) => [
      batch,
      {
        sharedSystem: readings.filter((it) => ofSystems?.has(it)).length,
        sharedEnvironment: readings.filter((it) => ofEnvironments?.has(it)).length,
      },
    ]),
  )
}

async function resolveSystems(deps: GroupDependencies, tx: Transaction, batches: readonly Batch[]): Promise<Resolve> {
  const resolved = new Map<string, ResolvedSystem>()
  // Whoever names a system first is the one who registers it.
  for (const { caller, readings, events } of batches) {
    const names = new Set<string>()
    for (const { system } of readings) if (!resolved.has(system)) names.add(system)
    for (const { event } of events) if (!resolved.has(event.system)) names.add(event.system)
    if (names.size === 0) continue
    const resolve = await deps.systems.resolve(tx, caller, names)
    for (const name of names) resolved.set(name, resolve(name))
  }
  return (name) => resolved.get(name) ?? { id: '', shared: false }
}

/** Hands observations and changes to their feature. One that can't be taken is rejected by itself. */
async function takeEvents(
  { audit }: GroupDependencies,
  tx: Transaction,
  batch: Batch,
): Promise<BatchOutcome['rejected']> {
  const rejected: { index: number; detail: string }[] = []
  for (const placed of batch.events) {
    const detail = await takeEvent(audit, tx, batch, placed)
    if (detail !== undefined) rejected.push({ index: placed.index, detail })
  }
  return rejected
}

async function takeEvent(
  audit: Audit,
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
    await hand(audit, tx, caller, event)
    await sql`release savepoint event`.execute(tx)
    return undefined
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    await sql`rollback to savepoint event`.execute(tx)
    return error.fields.errors?.map(({ detail }) => detail).join('; ') ?? error.message
  }
}

async function hand(audit: Audit, tx: Transaction, caller: Caller, event: PlacedEvent['event']): Promise<void> {
  if (event.kind === 'change') {
    await recordChangeOnce(audit, tx, caller, {
      id: event.id,
      change: createChangeRequest.parse(without(event, 'kind', 'id')),
    })
  } else await observe(audit, tx, caller, [observation.parse(without(event, 'kind'))])
}

function without(event: object, ...members: readonly string[]): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !members.includes(name)))
}
