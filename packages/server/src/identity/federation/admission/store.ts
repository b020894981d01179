import { sql } from 'kysely'
import type { Transaction } from '../../../platform/database.ts'
import { standingOf } from '../break-glass.ts'
import { type ProviderClaims, roleOf } from '../claims.ts'
import type { LinkedBy } from '../federation-tables.ts'
import type { ProviderRow } from '../provider-service.ts'
import type { Arrival } from './decide.ts'

/** Reads what the tenant knows of a person whom its provider vouches for. */
export async function readArrival(tx: Transaction, provider: ProviderRow, claims: ProviderClaims): Promise<Arrival> {
  const { email, emailVerified } = claims
  const said = { role: roleOf(provider, claims.groups), email, emailVerified }
  const linked = await linkedAccount(tx, provider, claims.subject)
  if (linked !== undefined || email === undefined) return { ...said, linked, addressed: undefined, isInvited: false }
  const addressed = await memberAt(tx, provider, email)
  return { ...said, linked, addressed, isInvited: await isInvited(tx, provider.tenant_id, email) }
}

async function linkedAccount(tx: Transaction, provider: ProviderRow, subject: string): Promise<Arrival['linked']> {
  const { tenant_id: tenantId } = provider
  const link = await tx
    .selectFrom('federated_identity')
    .select('account_id')
    .where('tenant_id', '=', tenantId)
    .where('provider_id', '=', provider.id)
    .where('subject', '=', subject)
    .executeTakeFirst()
  if (link === undefined) return undefined
  const { account_id: accountId } = link
  const members = tx.selectFrom('membership').select('account_id').where('tenant_id', '=', tenantId)
  // Held, so that who is a member now is one when their role is set.
  const member = await members.where('account_id', '=', accountId).forUpdate().executeTakeFirst()
  const { disabled: isDisabled } = await standingOf(tx, tenantId, accountId)
  return { accountId, isMember: member !== undefined, isDisabled }
}

async function memberAt(tx: Transaction, provider: ProviderRow, email: string): Promise<Arrival['addressed']> {
  const { tenant_id: tenantId } = provider
  const members = tx.selectFrom('membership').select('account_id').where('tenant_id', '=', tenantId)
  const member = await members.where(sql<boolean>`lower(email) = ${email}`).executeTakeFirst()
  if (member === undefined) return undefined
  const { account_id: accountId } = member
  const links = tx.selectFrom('federated_identity').select('subject').where('tenant_id', '=', tenantId)
  const linked = links.where('provider_id', '=', provider.id).where('account_id', '=', accountId)
  const { disabled: isDisabled } = await standingOf(tx, tenantId, accountId)
  return { accountId, isLinked: (await linked.executeTakeFirst()) !== undefined, isDisabled }
}

async function isInvited(tx: Transaction, tenantId: string, email: string): Promise<boolean> {
  const open = tx
    .selectFrom('invitation')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', new Date())
    .where('revoked_at', 'is', null)
  // Held, so that nobody else spends it or takes it back before this person joins.
  return (await open.forUpdate().executeTakeFirst()) !== undefined
}

/** Spends the open invitations to an address. */
export async function spendInvitations(tx: Transaction, tenantId: string, email: string): Promise<void> {
  await tx
    .updateTable('invitation')
    .set({ accepted_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', new Date())
    .where('revoked_at', 'is', null)
    .execute()
}

/** Says that a member's role is the provider's from now on. */
export async function markMappedRole(tx: Transaction, provider: ProviderRow, accountId: string): Promise<void> {
  await tx
    .updateTable('membership')
    .set({ role_provider_id: provider.id })
    .where('tenant_id', '=', provider.tenant_id)
    .where('account_id', '=', accountId)
    .execute()
}

/** A subject of a provider, and the account that it is. */
export interface Link {
  readonly provider: ProviderRow
  readonly subject: string
  readonly accountId: string
  readonly linkedBy: LinkedBy
  readonly signedInAt: Date | null
}

/** Keeps a link. False where the subject or the account has one. */
export async function insertLink(tx: Transaction, link: Link): Promise<boolean> {
  const { provider, subject, accountId, linkedBy, signedInAt } = link
  const created = await tx
    .insertInto('federated_identity')
    .values({
      tenant_id: provider.tenant_id,
      provider_id: provider.id,
      subject,
      account_id: accountId,
      linked_by: linkedBy,
      signed_in_at: signedInAt,
    })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst()
  return created.numInsertedOrUpdatedRows === 1n
}

/** Notes that a subject signed in just now. */
export async function noteSignIn(tx: Transaction, provider: ProviderRow, subject: string): Promise<void> {
  await tx
    .updateTable('federated_identity')
    .set({ signed_in_at: new Date() })
    .where('tenant_id', '=', provider.tenant_id)
    .where('provider_id', '=', provider.id)
    .where('subject', '=', subject)
    .execute()
}
