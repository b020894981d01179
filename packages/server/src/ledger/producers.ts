import type { Producer } from '@afterai/record'
import { randomBytes } from 'node:crypto'
import { onceSettled, type Transaction } from '../platform/database.ts'

interface Lane {
  readonly id: string
  next: number
}

/** Gives each statement its producer id and number, in the caller's transaction. */
export type NumberStatement = (tx: Transaction, tenantId: string) => Producer

/**
 * Numbers what this process writes, without a row that all writers would wait for. Each open transaction holds a lane
 * of its own for each log that it writes to: an id and a counter. A commit moves the counter on; a rollback gives the numbers back, so that a missing
 * number always means a missing entry. After a failure a lane is not used again, since its commit may have arrived.
 */
export function createProducers(): NumberStatement {
  const free = new Map<string, Lane[]>()
  const held = new WeakMap<Transaction, Map<string, Lane>>()
  return (tx, tenantId) => {
    const lanes = held.get(tx) ?? new Map<string, Lane>()
    held.set(tx, lanes)
    const lane = lanes.get(tenantId) ?? take(free, tenantId)
    if (!lanes.has(tenantId)) {
      lanes.set(tenantId, lane)
      onceSettled(tx, (committed) => {
        if (committed) give(free, tenantId, lane)
      })
    }
    const sequence = lane.next
    lane.next += 1
    return { id: lane.id, sequence }
  }
}

function take(free: Map<string, Lane[]>, tenantId: string): Lane {
  return free.get(tenantId)?.pop() ?? { id: randomBytes(12).toString('hex'), next: 1 }
}

function give(free: Map<string, Lane[]>, tenantId: string, lane: Lane): void {
  const lanes = free.get(tenantId)
  if (lanes === undefined) free.set(tenantId, [lane])
  else lanes.push(lane)
}
