import { ProblemError } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
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
export async function providerOfSession(tx: Transaction, principal: Principal): Promise<string | null> {
  return providerIn((await tx.executeQuery(selectProvider(tx, principal))).rows)
}

/** The statement of `providerOfSession`, for those who send it with others. */
export function selectProvider(
  db: Database | Transaction,
  { tenantId, credentialId }: Principal,
): CompiledQuery<{ provider_id: string | null }> {
  return db
    .selectFrom('session')
    .select('provider_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', credentialId)
    .compile()
}

/** What it found. @throws ProblemError `session_revoked` */
export function providerIn([row]: readonly { readonly provider_id: string | null }[]): string | null {
  if (row === undefined) throw new ProblemError('session_revoked')
  return row.provider_id
}

/**
 * Refuses what reaches beyond the tenant to a session that a provider opened. The tenant's admins choose the provider, and an account
 * spans tenants: a provider could name anybody, and must not get at what is theirs elsewhere (ADR 0009).
 * @throws ProblemError `provider_session`
 */
export async function refuseProviderSession(db: Database, principal: Principal): Promise<void> {
  const provider = await withTenant(db, principal.tenantId, (tx) => providerOfSession(tx, principal))
  if (provider !== null) throw new ProblemError('provider_session')
}
