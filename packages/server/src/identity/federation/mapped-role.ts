import type { Role } from '@afterai/contract'
import type { Actor, Audit } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import { isLastAdmin } from '../members/admins.ts'
import { endInvitationsBy } from '../members/member-service.ts'
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
  if (member.role !== role && (await isKept(tx, { accountId, ...member }))) return true
  if (member.role === 'admin' && role !== 'admin') await endInvitationsBy(tx, member)
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
  const kept = await isKept(tx, { accountId, ...member })
  if (kept) await endSessionsOfProvider(tx, { tenantId, providerId, accountId })
  else await endInvitationsBy(tx, member)
  if (!kept)
    await tx.deleteFrom('membership').where('tenant_id', '=', tenantId).where('account_id', '=', accountId).execute()
  const action = kept ? 'session.end_all' : 'member.remove'
  const details = { role: member.role, reason: 'no_group', providerId }
  await audit(tx, actor, { action, resource: `account/${accountId}`, details })
}

async function memberRole(tx: Transaction, tenantId: string, accountId: string) {
  const members = tx.selectFrom('membership').selectAll()
  return members.where('tenant_id', '=', tenantId).where('account_id', '=', accountId).forUpdate().executeTakeFirst()
}

// The rule of who may lose the role is that of all doors: `members/admins.ts`.
async function isKept(
  tx: Transaction,
  { accountId, role, break_glass }: { accountId: string; role: Role; break_glass: boolean },
): Promise<boolean> {
  return role === 'admin' && (break_glass || (await isLastAdmin(tx, accountId)))
}
