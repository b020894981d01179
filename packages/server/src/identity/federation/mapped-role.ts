import type { Role } from '@afterai/contract'
import type { Actor, Audit } from '../../audit/audit.ts'
import type { Transaction } from '../../platform/database.ts'
import { endSessionsOfProvider, type ProviderRow } from './provider-service.ts'

interface OfAccount {
  readonly actor: Actor
  readonly provider: ProviderRow
  readonly accountId: string
}

/**
 * Gives a member the role of their groups, marked as the provider's. False when they aren't a member.
 * A break-glass account and the last admin keep theirs: groups can't lock a tenant up.
 */
export async function setMappedRole(
  { audit }: { audit: Audit },
  tx: Transaction,
  { actor, provider, accountId, role }: OfAccount & { role: Role },
): Promise<boolean> {
  const member = await memberRole(tx, provider.tenant_id, accountId)
  if (member === undefined) return false
  if (member.role === role && member.role_provider_id === provider.id) return true
  if (member.role !== role && (await isKept(tx, { tenantId: provider.tenant_id, accountId, ...member }))) return true
  await tx
    .updateTable('membership')
    .set({ role, role_provider_id: provider.id })
    .where('tenant_id', '=', provider.tenant_id)
    .where('account_id', '=', accountId)
    .execute()
  const details = { role, before: member.role, providerId: provider.id }
  await audit(tx, actor, { action: 'member.set_role', resource: `account/${accountId}`, details })
  return true
}

/**
 * Takes a member's access, whose groups give them none any more: the membership goes, and with it sessions and API keys, at once.
 * A break-glass account and the last admin lose only the sessions that the provider opened.
 */
export async function takeAccess(
  { audit }: { audit: Audit },
  tx: Transaction,
  { actor, provider, accountId }: OfAccount,
): Promise<void> {
  const { tenant_id: tenantId, id: providerId } = provider
  const member = await memberRole(tx, tenantId, accountId)
  if (member === undefined) return
  const kept = await isKept(tx, { tenantId, accountId, ...member })
  if (kept) await endSessionsOfProvider(tx, { tenantId, providerId, accountId })
  else await tx.deleteFrom('membership').where('tenant_id', '=', tenantId).where('account_id', '=', accountId).execute()
  const action = kept ? 'session.end_all' : 'member.remove'
  await audit(tx, actor, { action, resource: `account/${accountId}`, details: { reason: 'no_group', providerId } })
}

async function memberRole(tx: Transaction, tenantId: string, accountId: string) {
  const members = tx.selectFrom('membership').select(['role', 'role_provider_id', 'break_glass'])
  return members.where('tenant_id', '=', tenantId).where('account_id', '=', accountId).forUpdate().executeTakeFirst()
}

async function isKept(
  tx: Transaction,
  it: { tenantId: string; accountId: string; role: Role; break_glass: boolean },
): Promise<boolean> {
  if (it.role !== 'admin') return false
  if (it.break_glass) return true
  const admins = tx.selectFrom('membership').select('account_id').where('tenant_id', '=', it.tenantId)
  const other = admins.where('role', '=', 'admin').where('account_id', '<>', it.accountId)
  return (await other.executeTakeFirst()) === undefined
}
