import { type ApiKeyView, type Permission, permissionsOf, ProblemError, type Role } from '@afterai/contract'
import { type Selectable, sql } from 'kysely'
import type { Audit } from '../../audit/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { type Caller, displayPrefix, type HashCredential, newApiKey, permissionsHeld } from '../../access/index.ts'
import type { MemberKind } from '../members/member-service.ts'

type Key = Selectable<Tables['api_key']>

/** A key with its owner, as lists show it. */
export type ApiKeyRow = Key & { owner_name: string; owner_kind: MemberKind; owner_role: Role }

const dayMs = 86_400_000
const warningDays = 14

/** Dependencies of API keys. */
export interface ApiKeyDependencies {
  readonly audit: Audit
  readonly hashCredential: HashCredential
}

/** Who asks for a key, and what for. */
export interface KeyWish {
  readonly caller: Caller
  readonly name: string
  readonly scopes: Permission[]
  /** Null for a key that never expires. */
  readonly expiresInDays: number | null
  readonly accountId?: string | undefined
}

/**
 * Creates a key for the caller, or for a service account. Its scopes are no wider than what the caller and the account hold now.
 * @throws ProblemError `forbidden`, `not_found`
 */
export async function createApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  { caller, name, scopes, expiresInDays, accountId = caller.principal.accountId }: KeyWish,
): Promise<ApiKeyView & { key: string }> {
  const { principal, actor } = caller
  refuseBeyond(scopes, permissionsHeld(principal), "you don't hold")
  if (accountId !== principal.accountId) {
    refuseBeyond(scopes, permissionsOf(await serviceRole(tx, caller, accountId)), 'the service account does not hold')
  }
  const expiresAt = expiresInDays === null ? null : new Date(Date.now() + expiresInDays * dayMs)
  const made = await insertApiKey(deps, tx, { tenantId: principal.tenantId, accountId, name, scopes, expiresAt })
  const details = { scopes, accountId, expiresAt: expiresAt?.toISOString() ?? null }
  await deps.audit(tx, actor, { action: 'api_key.create', resource: `api-key/${made.id}`, details })
  return made
}

/** Makes a key and shows it, this once. */
export async function insertApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  wanted: { tenantId: string; accountId: string; name: string; scopes: Permission[]; expiresAt: Date | null },
): Promise<ApiKeyView & { key: string }> {
  const key = newApiKey()
  const { tenantId, accountId, name, scopes, expiresAt } = wanted
  const { id } = await tx
    .insertInto('api_key')
    .values({
      tenant_id: tenantId,
      id: newId(),
      account_id: accountId,
      name,
      prefix: displayPrefix(key),
      key_hash: deps.hashCredential(key),
      scopes,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await keysOf(tx, tenantId).where('k.id', '=', id).executeTakeFirstOrThrow()
  return { ...viewApiKey(row), key }
}

/** Refuses scopes that somebody doesn't hold. @throws ProblemError `forbidden` */
export function refuseBeyond(scopes: readonly Permission[], held: readonly Permission[], whose: string): void {
  const beyond = scopes.find((scope) => !held.includes(scope))
  if (beyond === undefined) return
  throw new ProblemError('forbidden', { permission: beyond, detail: `a key cannot carry ${beyond}, which ${whose}` })
}

// Nobody makes a key in another person's name.
async function serviceRole(tx: Transaction, { principal }: Caller, accountId: string): Promise<Role> {
  if (principal.role !== 'admin')
    throw new ProblemError('forbidden', { detail: 'only an admin makes keys for service accounts' })
  const member = await tx
    .selectFrom('membership')
    .select('role')
    .where('tenant_id', '=', principal.tenantId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'service')
    .executeTakeFirst()
  if (member === undefined) {
    throw new ProblemError('not_found', { detail: 'there is no service account with this id' })
  }
  return member.role
}

// The owner's name is shown with the key.
function keysOf(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('api_key as k')
    .innerJoin('membership as m', (join) =>
      join.onRef('m.tenant_id', '=', 'k.tenant_id').onRef('m.account_id', '=', 'k.account_id'),
    )
    .selectAll('k')
    .select(['m.name as owner_name', 'm.kind as owner_kind', 'm.role as owner_role'])
    .where('k.tenant_id', '=', tenantId)
}

/** The caller's keys, newest first, or those that expire soon, the soonest first; an admin sees all of the tenant's. */
export async function readApiKeys(
  tx: Transaction,
  { principal }: Caller,
  { before, most, expiring }: { before: string | undefined; most: number; expiring: boolean },
): Promise<ApiKeyRow[]> {
  const { tenantId, accountId, role } = principal
  const keys = keysOf(tx, tenantId)
    .$if(role !== 'admin', (it) => it.where('k.account_id', '=', accountId))
    .limit(most)
  if (!expiring) {
    return keys
      .$if(before !== undefined, (it) => it.where('k.id', '<', before ?? ''))
      .orderBy('k.id', 'desc')
      .execute()
  }
  const now = new Date()
  return keys
    .where('k.revoked_at', 'is', null)
    .where('k.expires_at', '>', now)
    .where('k.expires_at', '<=', warningEnd(now))
    .$if(before !== undefined, (it) =>
      it.where(
        sql<boolean>`(k.expires_at, k.id) > (select expires_at, id from api_key where tenant_id = ${tenantId} and id = ${before})`,
      ),
    )
    .orderBy('k.expires_at')
    .orderBy('k.id')
    .execute()
}

/** A key that works, for a change of it: the caller's own, or for an admin any of the tenant's. @throws ProblemError `not_found` */
export async function findWorkingKey(tx: Transaction, { principal }: Caller, id: string): Promise<ApiKeyRow> {
  const row = await keysOf(tx, principal.tenantId)
    .where('k.id', '=', id)
    .where('k.revoked_at', 'is', null)
    .$if(principal.role !== 'admin', (it) => it.where('k.account_id', '=', principal.accountId))
    .forUpdate('k')
    .executeTakeFirst()
  const works = row !== undefined && (row.expires_at === null || row.expires_at.getTime() > Date.now())
  if (!works) throw new ProblemError('not_found', { detail: 'there is no working key with this id' })
  return row
}

/** Renames a key, and takes scopes from it; it never gains any. @throws ProblemError `not_found`, `forbidden` */
export async function changeApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  wanted: { caller: Caller; id: string; name?: string | undefined; scopes?: Permission[] | undefined },
): Promise<ApiKeyView> {
  const { caller, id } = wanted
  const row = await findWorkingKey(tx, caller, id)
  const { name = row.name, scopes = row.scopes } = wanted
  refuseBeyond(scopes, row.scopes, 'it does not have: make another key')
  await tx
    .updateTable('api_key')
    .set({ name, scopes })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', id)
    .execute()
  const after = viewApiKey({ ...row, name, scopes })
  await deps.audit(tx, caller.actor, {
    action: 'api_key.change',
    resource: `api-key/${id}`,
    details: { from: row.scopes, to: scopes },
    change: { before: viewApiKey(row), after },
  })
  return after
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
  if ((await own.executeTakeFirst()).numUpdatedRows !== 1n) throw new ProblemError('not_found')
  const row = await keysOf(tx, principal.tenantId).where('k.id', '=', id).executeTakeFirstOrThrow()
  const after = viewApiKey(row)
  const change = { before: { ...after, revokedAt: null }, after }
  await deps.audit(tx, actor, { action: 'api_key.revoke', resource: `api-key/${id}`, change })
}

function warningEnd(now: Date): Date {
  return new Date(now.getTime() + warningDays * dayMs)
}

/** A key as the API shows it: never the key itself. */
export function viewApiKey(row: ApiKeyRow): ApiKeyView {
  const now = new Date()
  const expiresSoon =
    row.revoked_at === null && row.expires_at !== null && row.expires_at > now && row.expires_at <= warningEnd(now)
  return {
    id: row.id,
    accountId: row.account_id,
    accountName: row.owner_name,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    expiresSoon,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    lastUsedAddress: row.last_used_address,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    replacedBy: row.replaced_by,
  }
}
