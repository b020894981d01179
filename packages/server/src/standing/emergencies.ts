import { type Change, type Dossier, type Life, ProblemError } from '@afterai/contract'
import type { CompiledQuery, Selectable } from 'kysely'
import type { Caller } from '../access/index.ts'
import { holdChange, readChange } from '../ace/index.ts'
import { type Audit, nameThen } from '../audit/index.ts'
import { policiesIn, ruleFor, rulesIn, selectPolicies } from '../policy/index.ts'
import { isUniqueViolation, type Tables, type Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { readLife } from './life.ts'

/**
 * Declares that a change has to run before it can be decided, by whom the policy names: a person, never a key. It is decided within the
 * policy's time then. @throws ProblemError `not_found`, `forbidden`, `invalid_transition`
 */
export async function declareEmergency(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, reason }: { readonly changeId: string; readonly reason: string },
): Promise<Life> {
  const { tenantId, accountId, role, credential } = principal
  await holdChange(tx, tenantId, changeId)
  const change = await readChange(tx, tenantId, changeId)
  const [policies] = await together(tx, [selectPolicies(tx, tenantId)])
  const { rules } = rulesIn(policiesIn(policies), change, new Date())
  const { emergency } = ruleFor(rules, { ...change, severity: change.risk?.severity ?? null })
  if (credential === 'api_key' || !emergency.roles.some((it) => it === role)) {
    const who =
      emergency.roles.length === 0
        ? 'lets nobody declare one'
        : `has ${emergency.roles.join(' or ')} declare one, signed in`
    throw new ProblemError('forbidden', { permission: 'change:write', detail: `the policy ${who}` })
  }
  refuseSettled(change.status)
  const row = {
    tenant_id: tenantId,
    change_id: changeId,
    reason,
    within_hours: emergency.withinHours,
    declared_by: accountId,
    declared_by_name: nameThen(principal),
  }
  try {
    await tx.insertInto('emergency').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('invalid_transition', { detail: 'it is an emergency already' })
  }
  await tx
    .updateTable('change')
    .set({ change_class: 'emergency', updated_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', changeId)
    .execute()
  await audit(tx, actor, {
    action: 'change.declare_emergency',
    resource: `change/${changeId}`,
    details: { reason, withinHours: emergency.withinHours },
  })
  return readLife(tx, tenantId, changeId)
}

/** An emergency as the database has it. */
export type EmergencyRow = Selectable<Tables['emergency']>

/** The statement that reads whether a change was declared an emergency. */
export function selectEmergency(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<EmergencyRow> {
  return tx
    .selectFrom('emergency')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .compile()
}

const hourMs = 3_600_000

/** The emergency of a change as it is read; null where nobody declared one. */
export function emergencyIn([row]: readonly EmergencyRow[]): Dossier['emergency'] {
  if (row === undefined) return null
  return {
    reason: row.reason,
    declaredAt: row.declared_at.toISOString(),
    declaredByName: row.declared_by_name,
    decideBy: new Date(row.declared_at.getTime() + row.within_hours * hourMs).toISOString(),
  }
}

function refuseSettled(status: Change['status']): void {
  if (status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
}
