import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@afterai/contract'
import { type Database, sqlState, type Transaction, withTenant } from '../../platform/database.ts'
import type { Logger } from '../../platform/log.ts'
import type { CaptureLimits } from '../limits.ts'
import type { Batch, BatchOutcome } from './batch.ts'
import type { GroupOutcome } from './group-transaction.ts'
import { createPurging } from './purging.ts'

/** Takes in batches; each answer comes after its commit (P2.4). */
export interface Committer {
  /** @throws ProblemError `idempotency_conflict`; the database's error, where it isn't known whether it was taken */
  take(batch: Batch): Promise<BatchOutcome>
}

interface Waiting {
  readonly batch: Batch
  readonly resolve: (outcome: BatchOutcome) => void
  readonly reject: (error: unknown) => void
}

interface CommitterDependencies {
  readonly db: Database
  readonly log: Logger
  readonly limits: Pick<CaptureLimits, 'groupBatches' | 'groupReadings'>
  readonly takeGroup: (tx: Transaction, tenantId: string, batches: readonly Batch[]) => Promise<GroupOutcome[]>
  /** Called when a transaction failed, or names were deleted: what was remembered of the tenant may be wrong. */
  readonly forget: (tenantId: string) => void
}

/**
 * From the start of one group to that of the next, where several send at once: a transaction costs nearly as much for one batch as for
 * thirty, so groups that start apart are fewer and larger.
 */
const spacingMs = 10
const mostAttempts = 3
/** States after which the same transaction may well succeed: a deadlock, a serialization failure. */
const worthRetrying: ReadonlySet<string | undefined> = new Set(['40P01', '40001'])

/**
 * Commits what waits in groups: one transaction per tenant is under way, and what arrives meanwhile goes into the next. A group that fails is
 * taken apart, so that a batch which can't be taken fails by itself.
 */
export function createCommitter(deps: CommitterDependencies): Committer {
  const queues = new Map<string, Waiting[]>()
  const purge = createPurging(deps)

  async function drain(tenantId: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      purge(tenantId)
      const startedAt = performance.now()
      const group = queue.splice(0, groupSize(queue, deps.limits))
      await commit(tenantId, group)
      const early = spacingMs - (performance.now() - startedAt)
      // Whoever sends one batch after the other waits for nothing.
      if (group.length > 1 && early >= 1) await sleep(early)
    }
    queues.delete(tenantId)
  }

  async function commit(tenantId: string, group: readonly Waiting[]): Promise<void> {
    try {
      settle(group, await attempt(tenantId, group))
    } catch (error) {
      deps.forget(tenantId)
      if (group.length > 1) {
        deps.log.warn({ err: error }, 'a group of telemetry failed; its batches are taken one by one')
        for (const it of group) await commit(tenantId, [it])
      } else for (const { reject } of group) reject(error)
    }
  }

  async function attempt(tenantId: string, group: readonly Waiting[]): Promise<GroupOutcome[]> {
    const batches = group.map(({ batch }) => batch)
    for (let left = mostAttempts - 1; ; left--) {
      try {
        return await withTenant(deps.db, tenantId, (tx) => deps.takeGroup(tx, tenantId, batches))
      } catch (error) {
        if (left === 0 || !worthRetrying.has(sqlState(error))) throw error
        deps.forget(tenantId)
      }
    }
  }

  return {
    take(batch) {
      const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>()
      const { tenantId } = batch.caller.principal
      const queue = queues.get(tenantId)
      if (queue === undefined) {
        const started = [{ batch, resolve, reject }]
        queues.set(tenantId, started)
        // What comes in the same turn goes into the same group.
        setImmediate(() => void drain(tenantId, started))
      } else queue.push({ batch, resolve, reject })
      return promise
    },
  }
}

function groupSize(queue: readonly Waiting[], limits: CommitterDependencies['limits']): number {
  let [batches, readings] = [0, 0]
  for (const { batch } of queue) {
    readings += batch.readings.length
    if (batches === limits.groupBatches || (batches > 0 && readings > limits.groupReadings)) break
    batches += 1
  }
  return batches
}

function settle(group: readonly Waiting[], outcomes: readonly GroupOutcome[]): void {
  for (const [index, { resolve, reject }] of group.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined || outcome === 'conflict') reject(new ProblemError('idempotency_conflict'))
    else resolve(outcome)
  }
}
