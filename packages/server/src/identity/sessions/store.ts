import type { Insertable } from 'kysely'
import type { Tables, Transaction } from '../../platform/database.ts'
import type { Proof } from './decide.ts'

/** A session of a tenant, by its id. */
export interface SessionKey {
  readonly tenantId: string
  readonly sessionId: string
}

/** Keeps a new session. */
export async function insertSession(tx: Transaction, row: Insertable<Tables['session']>): Promise<void> {
  await tx.insertInto('session').values(row).execute()
}

/**
 * Puts a refresh handle in the place of another: of two requests with one handle only one does. False where it was the other. It is no use of
 * the session, which the request is that the new token is for: a page that nobody sits before renews its token too.
 */
export async function swapRefresh(
  tx: Transaction,
  { tenantId, sessionId }: SessionKey,
  { spent, next }: { spent: Uint8Array; next: Uint8Array },
): Promise<boolean> {
  const swapped = await tx
    .updateTable('session')
    .set({ refresh_hash: next })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sessionId)
    .where('refresh_hash', '=', spent)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (swapped.numUpdatedRows !== 1n) return false
  await tx.insertInto('spent_refresh').values({ tenant_id: tenantId, session_id: sessionId, hash: spent }).execute()
  return true
}

/** Ends a session, ended before or not. */
export async function revokeSession(tx: Transaction, { tenantId, sessionId }: SessionKey): Promise<void> {
  await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sessionId)
    .execute()
}

/** Ends an open session for another to take its place. Undefined where it is over: of two requests at once only one gets its proof. */
export async function takeProof(tx: Transaction, { tenantId, sessionId }: SessionKey): Promise<Proof | undefined> {
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .returning(['amr as methods', 'authenticated_at as authenticatedAt', 'expires_at as expiresAt'])
    .executeTakeFirst()
  return ended
}

/** A tenant as far as sessions ask for it: its name in addresses, and whether it is suspended. */
export async function readTenant(tx: Transaction, tenantId: string): Promise<{ slug: string; suspended: boolean }> {
  const tenant = await tx
    .selectFrom('tenant')
    .select(['slug', 'suspended_at'])
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return { slug: tenant.slug, suspended: tenant.suspended_at !== null }
}
