import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { type Database, sqlState, type Transaction, withTenant } from '../../platform/database.ts'
import type { Principal } from '../principal.ts'

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
  await sql`select pg_advisory_xact_lock(hashtextextended('afterai enforced sign-on ' || ${tenantId}::text, 0))`.execute(
    tx,
  )
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

/** The provider that vouched for a principal's session, or null. @throws ProblemError `session_revoked` */
export async function providerOfSession(
  tx: Transaction,
  { tenantId, credentialId }: Principal,
): Promise<string | null> {
  const row = await tx
    .selectFrom('session')
    .select('provider_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', credentialId)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('session_revoked')
  return row.provider_id
}

/** Whether a principal's session was opened by a provider of its tenant. */
export function isProviderSession(db: Database, principal: Principal): Promise<boolean> {
  return withTenant(db, principal.tenantId, async (tx) => (await providerOfSession(tx, principal)) !== null)
}

/**
 * Refuses what reaches beyond the tenant to a session that a provider opened. The tenant's admins choose the provider, and an account
 * spans tenants: a provider could name anybody, and must not get at what is theirs elsewhere (ADR 0009).
 * @throws ProblemError `provider_session`
 */
export async function refuseProviderSession(db: Database, principal: Principal): Promise<void> {
  if (await isProviderSession(db, principal)) throw new ProblemError('provider_session')
}
