import type { LogAudit } from '@afterai/contract'
import { followNumbers, type NoteVerifier } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { damaged, readOrDamaged } from './damage.ts'
import { refusedFaults } from './refused.ts'
import { endFaults, logBegin, numberOf, readExtent, unreadableExtent, verifyPage } from './verify-log.ts'

/**
 * Recomputes a log from its first entry, in one transaction: every leaf, every checkpoint's root and signature, every producer's
 * numbers. What is integrated after it has begun is left for the next audit, so that a log may grow meanwhile.
 */
export async function auditWholeLog(
  tx: Transaction,
  tenantId: string,
  known: readonly NoteVerifier[],
): Promise<LogAudit> {
  const extent = await readOrDamaged(tx, () => readExtent(tx, tenantId))
  if (extent === damaged) return { size: 0, checkpoints: 0, intact: false, complete: false, faults: [unreadableExtent] }
  const faults = endFaults(extent)
  const numbers = followNumbers()
  let checkpoints = 0
  for (let position = logBegin; position.size < extent.end;) {
    const page = await verifyPage(tx, tenantId, {
      position,
      end: extent.end,
      known,
      onEntry: (entry) => numbers.add(entry.producer_id, numberOf(entry)),
    })
    faults.push(...page.faults)
    checkpoints += page.checkpoints
    position = page.position
  }
  // What was set aside may be the genuine one of the two, so its place counts as unfilled.
  const gaps = [...numbers.faults(), ...(await refusedFaults(tx, tenantId))]
  return {
    size: extent.end,
    checkpoints,
    intact: faults.length === 0,
    complete: gaps.length === 0,
    faults: [...faults, ...gaps],
  }
}
