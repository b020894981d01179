import { ProblemError } from '@afterai/contract'
import type { CompiledQuery } from 'kysely'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import type { Principal } from './principal.ts'

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

/** Takes the provider from what `selectProvider` found, or null. @throws ProblemError `session_revoked` */
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
