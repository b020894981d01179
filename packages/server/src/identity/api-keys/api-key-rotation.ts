import { type ApiKeyView, permissionsOf, ProblemError } from '@afterai/contract'
import type { Transaction } from '../../platform/database.ts'
import type { Caller } from '../../access/index.ts'
import { type ApiKeyDependencies, findWorkingKey, insertApiKey } from './api-key-service.ts'

const hourMs = 3_600_000

/**
 * Makes a key in the place of another: same owner, name and span of life, and of its scopes those that the owner still holds. The
 * old key goes on working for `overlapHours`, never longer than it would have. Nobody gets a key that is another person's.
 * @throws ProblemError `not_found`, `invalid_transition` for a key that was rotated already, `forbidden`
 */
export async function rotateApiKey(
  deps: ApiKeyDependencies,
  tx: Transaction,
  { caller, id, overlapHours }: { caller: Caller; id: string; overlapHours: number },
): Promise<ApiKeyView & { key: string }> {
  const { principal, actor } = caller
  const old = await findWorkingKey(tx, caller, id)
  if (old.account_id !== principal.accountId && old.owner_kind === 'person') {
    throw new ProblemError('forbidden', { detail: 'the key is another person’s: they rotate it, or you revoke it' })
  }
  if (old.replaced_by !== null) {
    throw new ProblemError('invalid_transition', { detail: 'the key was rotated already: rotate the one in its place' })
  }
  const held = permissionsOf(old.owner_role, principal.tenantKind)
  const scopes = old.scopes.filter((scope) => held.includes(scope))
  if (scopes.length === 0) {
    throw new ProblemError('forbidden', { detail: 'its owner holds none of its scopes any more' })
  }
  const now = Date.now()
  const lifeMs = old.expires_at === null ? null : old.expires_at.getTime() - old.created_at.getTime()
  const { account_id: accountId, tenant_id: tenantId, name } = old
  const expiresAt = lifeMs === null ? null : new Date(now + lifeMs)
  const made = await insertApiKey(deps, tx, { tenantId, accountId, name, scopes, expiresAt })
  const ends = new Date(Math.min(now + overlapHours * hourMs, old.expires_at?.getTime() ?? Infinity))
  await tx
    .updateTable('api_key')
    .set({ expires_at: ends, replaced_by: made.id })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  const details = { replacedBy: made.id, oldEndsAt: ends.toISOString(), scopes }
  await deps.audit(tx, actor, { action: 'api_key.rotate', resource: `api-key/${id}`, details })
  return made
}
