import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { holdLock, sqlState, type Transaction } from '../../platform/database.ts'

/** Raised by the trigger on `session` (migrations/0013_federation.sql). */
const needsProvider = 'AF001'

/** Says what the database refused: a session without the provider in a tenant that enforces it. */
export function translateRefusal(error: unknown): unknown {
  return sqlState(error) === needsProvider ? new ProblemError('single_sign_on_required', {}, { cause: error }) : error
}

/** Whether the tenant is signed in to by its provider alone. */
export async function isEnforced(tx: Transaction, tenantId: string): Promise<boolean> {
  const found = await tx
    .selectFrom('identity_provider')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('enforced', '=', true)
    .executeTakeFirst()
  return found !== undefined
}

/** Waits until no session of the tenant is being opened, and holds new ones up until the transaction ends. */
export async function holdSessionsUp(tx: Transaction, tenantId: string): Promise<void> {
  await holdLock(tx, `afterai enforced sign-on ${tenantId}`)
}

/** Ends the sessions that may not be there once the provider is enforced. Answers how many. */
export async function endSessionsWithoutProvider(tx: Transaction, tenantId: string): Promise<number> {
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('revoked_at', 'is', null)
    .where('provider_id', 'is', null)
    .where(sql<boolean>`needs_provider(tenant_id, account_id)`)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}
