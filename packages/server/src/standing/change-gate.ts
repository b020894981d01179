import type { ChangeFacts, ChangeGate } from '@afterai/contract'
import type { Transaction } from '../platform/database.ts'
import { askGateOf } from './gate.ts'
import { gateOf } from './gate-of.ts'
import type { KnownLife } from './life.ts'
import { recordOf, rulingOf, type RulingRow } from './rulings.ts'
import type { Emergency } from './standing-of.ts'

/** What is known of a change when the gate is asked about it. */
export interface GatedChange {
  readonly change: ChangeFacts
  readonly known: Pick<KnownLife, 'facts' | 'rule'>
  readonly emergency: Emergency | null
  /** What `selectRulingOf` found. */
  readonly rulings: readonly RulingRow[]
}

/**
 * What the gate answers to what a change leads to: to its configuration as to anybody who asks; where it has none, by its own record and
 * by the same rules. Null where nothing of it is to run: it is dismissed, closed, or ran and runs no more.
 */
export async function gateOnChange(tx: Transaction, tenantId: string, it: GatedChange): Promise<ChangeGate | null> {
  const { change, known } = it
  const { closed, endedAt, rolledBack } = known.facts
  if (change.status === 'dismissed' || closed !== null || endedAt !== null || rolledBack !== null) return null
  const { systemId, system, environment, after: configuration } = change
  if (configuration === null) return gateByRecord(it, new Date())
  return askGateOf(tx, tenantId, { systemId, system, environment, configuration })
}

/** The gate of a change without a configuration. */
function gateByRecord({ change, known: { facts, rule }, emergency, rulings }: GatedChange, at: Date): ChangeGate {
  const [row] = rulings
  const { since, validUntil, ...verdict } = gateOf(
    {
      ruling: row === undefined ? null : rulingOf(row),
      change: { id: change.id, status: change.status, openDecisionId: facts.openDecisionId, plan: facts.planState },
      startsElsewhere: facts.isSuperseded && facts.isPlan && facts.implemented === null,
      rule,
      emergency,
      envelope: null,
    },
    at,
  )
  const record = row === undefined ? null : recordOf(row)
  return {
    ...verdict,
    since: since?.toISOString() ?? null,
    changeId: change.id,
    changeTitle: change.title,
    recordId: record?.id ?? null,
    decidedAt: record?.sealedAt.toISOString() ?? null,
    decidedBy: [...(record?.approvers ?? [])],
    validUntil: validUntil?.toISOString() ?? null,
  }
}
