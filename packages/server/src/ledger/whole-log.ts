import type { LogAudit } from '@afterai/contract'
import type { NoteVerifier } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { damaged, readOrDamaged } from './damage.ts'
import { refusedFaults } from './refused.ts'
import { endFaults, logBegin, readExtent, type VerifiedEntry, verifyPage } from './verify-log.ts'

/**
 * Recomputes a log from its first entry: every leaf, every checkpoint's root and signature, every producer's numbers.
 * What is integrated after it has begun is left for the next audit, so that a log may grow meanwhile.
 */
export async function auditWholeLog(
  tx: Transaction,
  tenantId: string,
  known: readonly NoteVerifier[],
): Promise<LogAudit> {
  const extent = await readOrDamaged(tx, () => readExtent(tx, tenantId))
  if (extent === damaged) {
    const faults = ["how far the log goes is not readable: the database's storage of it is damaged"]
    return { size: 0, checkpoints: 0, intact: false, complete: false, faults }
  }
  const faults = endFaults(extent)
  const numbers = createNumbers()
  for (let position = logBegin; position.size < extent.end;) {
    const page = await verifyPage(tx, tenantId, { position, end: extent.end, known, onEntry: numbers.add })
    faults.push(...page.faults)
    position = page.position
  }
  // What was set aside may be the genuine one of the two, so its place counts as unfilled.
  const gaps = [...numbers.gaps(), ...(await refusedFaults(tx, tenantId))]
  return {
    size: extent.end,
    checkpoints: await countCheckpoints(tx, tenantId, extent.signed),
    intact: faults.length === 0,
    complete: gaps.length === 0,
    faults: [...faults, ...gaps],
  }
}

async function countCheckpoints(tx: Transaction, tenantId: string, signed: number): Promise<number> {
  const { count } = await tx
    .selectFrom('ledger_checkpoint')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .where('size', '<=', signed)
    .executeTakeFirstOrThrow()
  return count
}

/** Producers number their entries from 1, so an entry that never arrived leaves a gap. */
function createNumbers() {
  const seen = new Map<string, number[]>()
  return {
    add({ producer_id: producer, producer_sequence: number }: VerifiedEntry): void {
      const numbers = seen.get(producer)
      if (numbers === undefined) seen.set(producer, [number])
      else numbers.push(number)
    },
    gaps: (): string[] => [...seen].flatMap(([producer, numbers]) => gapsOf(producer, numbers)),
  }
}

function gapsOf(producer: string, numbers: readonly number[]): string[] {
  const seen = numbers.toSorted((a, b) => a - b)
  return seen.some((number, position) => number !== position + 1)
    ? [`producer ${producer} has gaps: ${seen.length} entries, numbered up to ${seen.at(-1)}`]
    : []
}
