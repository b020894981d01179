import { type Permission, permissionsOf, ProblemError, type Role } from '@afterai/contract'
import type { Selectable } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Tables, Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Caller } from './access.ts'
import { permissionsHeld } from './principal.ts'
import { displayPrefix, type HashCredential, newApiKey } from './secret-tokens.ts'

type Row = Selectable<Tables['api_key']>
type View = ReturnType<typeof toView>

/** What API keys need. */
export interface ApiKeyDependencies {
  readonly audit: Audit
  readonly hashCredential: HashCredential
}

/**
 * Creates a key for the caller, or for a service account. Its scopes are no wider than what the caller and the account hold now.
 * @throws ProblemError `forbidden`, `not_found`
 */
export async function createApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  {
    caller,
    name,
    scopes,
    expiresInDays,
    accountId = caller.principal.accountId,
  }: {
    caller: Caller
    name: string
    scopes: Permission[]
    expiresInDays: number
    accountId?: string | undefined
  },
): Promise<View & { key: string }> {
  const { principal, actor } = caller
  refuseBeyond(scopes, permissionsHeld(principal), "you don't hold")
  if (accountId !== principal.accountId) {
    refuseBeyond(scopes, permissionsOf(await serviceRole(tx, caller, accountId)), 'the service account does not hold')
  }
  const key = newApiKey()
  const row = await tx
    .insertInto('api_key')
    .values({
      tenant_id: principal.tenantId,
      id: newId(),
      account_id: accountId,
      name,
      prefix: displayPrefix(key),
      key_hash: deps.hashCredential(key),
      scopes,
      expires_at: new Date(Date.now() + expiresInDays * 86_400_000),
      last_used_at: null,
      revoked_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await deps.audit(tx, actor, {
    action: 'api_key.create',
    resource: `api-key/${row.id}`,
    details: { scopes, accountId },
  })
  return { ...toView(row), key }
}

function refuseBeyond(scopes: readonly Permission[], held: readonly Permission[], whose: string): void {
  const beyond = scopes.find((scope) => !held.includes(scope))
  if (beyond === undefined) return
  throw new ProblemError('forbidden', { permission: beyond, detail: `a key cannot carry ${beyond}, which ${whose}` })
}

// Service accounts have no e-mail address; nobody makes a key in another person's name.
async function serviceRole(tx: Transaction, { principal }: Caller, accountId: string): Promise<Role> {
  if (principal.role !== 'admin')
    throw new ProblemError('forbidden', { detail: 'only an admin makes keys for service accounts' })
  const member = await tx
    .selectFrom('membership')
    .select(['email', 'role'])
    .where('tenant_id', '=', principal.tenantId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (member === undefined || member.email !== null) {
    throw new ProblemError('not_found', { detail: 'there is no service account with this id' })
  }
  return member.role
}

/** The caller's keys; an admin sees all of the tenant's. */
export async function listApiKeys(tx: Transaction, { principal }: Caller): Promise<View[]> {
  const keys = tx.selectFrom('api_key').selectAll().where('tenant_id', '=', principal.tenantId)
  const own = principal.role === 'admin' ? keys : keys.where('account_id', '=', principal.accountId)
  return (await own.orderBy('created_at', 'desc').limit(1000).execute()).map(toView)
}

/** Revokes a key at once. @throws ProblemError `not_found` */
export async function revokeApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  caller: Caller,
  id: string,
): Promise<void> {
  const { principal, actor } = caller
  const keys = tx
    .updateTable('api_key')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
  const own = principal.role === 'admin' ? keys : keys.where('account_id', '=', principal.accountId)
  const row = await own.returningAll().executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found')
  const after = toView(row)
  await deps.audit(tx, actor, {
    action: 'api_key.revoke',
    resource: `api-key/${id}`,
    change: { before: { ...after, revokedAt: null }, after },
  })
}

function toView(row: Row) {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}
