import { ProblemError, type Role } from '@afterai/contract'
import { sql } from 'kysely'
import type { Actor, Audit } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { addMember } from '../enrolment-service.ts'
import { createAccount } from '../entry-functions.ts'
import { lockAdminsOf } from '../members/admins.ts'
import { standingOf } from './break-glass.ts'
import { isOfDomain, nameOf, type ProviderClaims, roleOf } from './claims.ts'
import type { LinkedBy } from './federation-tables.ts'
import { setMappedRole, takeAccess } from './mapped-role.ts'
import type { ProviderRow } from './provider-service.ts'

/** Whether a person whom the provider knows is let in, and if not, why: the words are for that person. */
export type Admission =
  | { readonly kind: 'admitted'; readonly accountId: string }
  | { readonly kind: 'refused'; readonly accountId: string | null; readonly reason: RefusalReason }

/** Why somebody isn't let in, by the code that the audit trail keeps. */
export const refusalReasons = {
  no_group: 'none of your groups has a role in this tenant',
  disabled: 'your account is disabled here',
  not_a_member: 'you are not a member, and this provider makes nobody one',
  no_email: 'the provider tells no e-mail address of yours',
  email_not_verified: 'the provider has not verified your e-mail address',
  domain_not_allowed: 'your e-mail address is of a domain that this provider may not vouch for',
  address_taken: 'a member has your e-mail address: an administrator can say that it is you',
} as const
export type RefusalReason = keyof typeof refusalReasons

/** An admission to be decided: provider, claims, origin. */
export interface Admitting {
  readonly provider: ProviderRow
  readonly claims: ProviderClaims
  readonly origin: Pick<Actor, 'address' | 'requestId'>
}

/**
 * Decides who a subject is here and with which role, and does what follows: makes a member, sets the role, or takes access away.
 * The subject alone is the identity; an e-mail address counts only the first time, and only as the rules below say (ASVS 6.8.1).
 */
export async function admit(deps: { audit: Audit }, tx: Transaction, it: Admitting): Promise<Admission> {
  const { provider, claims } = it
  // People of one tenant take turns, so that two sign-ins of a new person make one member, and that admins aren't all lost at once.
  await lockAdminsOf(tx, provider.tenant_id)
  const role = roleOf(provider, claims.groups)
  const known = await linkedAccount(tx, provider, claims.subject)
  if (known !== undefined) return admitKnown(deps, tx, { ...it, accountId: known, role })
  if (role === undefined) return refusal('no_group')
  return admitNew(deps, tx, { ...it, role })
}

function refusal(reason: RefusalReason, accountId: string | null = null): Admission {
  return { kind: 'refused', accountId, reason }
}

async function linkedAccount(tx: Transaction, provider: ProviderRow, subject: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('federated_identity')
    .select('account_id')
    .where('tenant_id', '=', provider.tenant_id)
    .where('provider_id', '=', provider.id)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.account_id
}

async function admitKnown(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & { accountId: string; role: Role | undefined },
): Promise<Admission> {
  const { provider, claims, accountId, role } = it
  const refused = (reason: RefusalReason): Admission => refusal(reason, accountId)
  const actor = actorOf(it, accountId)
  if (role === undefined) {
    await takeAccess(deps, tx, { actor, provider, accountId })
    return refused('no_group')
  }
  if ((await standingOf(tx, provider.tenant_id, accountId)).disabled) return refused('disabled')
  if (!(await setMappedRole(deps, tx, { actor, provider, accountId, role }))) {
    if (!provider.creates_members) return refused('not_a_member')
    await join(deps, tx, { ...it, accountId, role, email: claims.email ?? null })
  }
  await tx
    .updateTable('federated_identity')
    .set({ signed_in_at: new Date() })
    .where('tenant_id', '=', provider.tenant_id)
    .where('provider_id', '=', provider.id)
    .where('subject', '=', claims.subject)
    .execute()
  return { kind: 'admitted', accountId }
}

/** Somebody of whom only the provider's word is known: a member by verified address, an invited person, a new member, or nobody. */
async function admitNew(deps: { audit: Audit }, tx: Transaction, it: Admitting & { role: Role }): Promise<Admission> {
  const { provider, claims, role } = it
  const { email } = claims
  if (email === undefined) return refusal('no_email')
  const isVerified = claims.emailVerified === true
  const isVouchedFor = isVerified && isOfDomain(email, provider.allowed_domains)
  const member = await memberOf(tx, provider, email)
  if (member !== undefined) {
    if (!isVouchedFor || member.isLinked) return refusal('address_taken')
    if ((await standingOf(tx, provider.tenant_id, member.accountId)).disabled) return refusal('disabled')
    await link(deps, tx, { ...it, accountId: member.accountId, linkedBy: 'verified_email' })
    await setMappedRole(deps, tx, { actor: actorOf(it, member.accountId), provider, accountId: member.accountId, role })
    return { kind: 'admitted', accountId: member.accountId }
  }
  const isInvited = isVerified && (await spendInvitations(tx, provider.tenant_id, email))
  if (!isInvited) {
    if (!provider.creates_members) return refusal('not_a_member')
    if (claims.emailVerified === false) return refusal('email_not_verified')
    if (provider.allowed_domains.length > 0 && !isOfDomain(email, provider.allowed_domains))
      return refusal('domain_not_allowed')
  }
  const accountId = newId()
  await createFederatedAccount(tx, { accountId, name: nameOf(claims) })
  await join(deps, tx, { ...it, accountId, email })
  await link(deps, tx, { ...it, accountId, linkedBy: isInvited ? 'invitation' : 'created' })
  return { kind: 'admitted', accountId }
}

async function memberOf(
  tx: Transaction,
  provider: ProviderRow,
  email: string,
): Promise<{ accountId: string; isLinked: boolean } | undefined> {
  const members = tx.selectFrom('membership').select('account_id').where('tenant_id', '=', provider.tenant_id)
  const member = await members.where(sql<boolean>`lower(email) = ${email}`).executeTakeFirst()
  if (member === undefined) return undefined
  const links = tx.selectFrom('federated_identity').select('subject').where('tenant_id', '=', provider.tenant_id)
  const linked = links.where('provider_id', '=', provider.id).where('account_id', '=', member.account_id)
  // An address that goes to another person at the provider doesn't take the account along.
  return { accountId: member.account_id, isLinked: (await linked.executeTakeFirst()) !== undefined }
}

async function spendInvitations(tx: Transaction, tenantId: string, email: string): Promise<boolean> {
  const spent = await tx
    .updateTable('invitation')
    .set({ accepted_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', new Date())
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return spent.numUpdatedRows > 0n
}

// It has no address to sign in with: a provider can't take one up, which would keep its owner from having an account elsewhere.
async function createFederatedAccount(
  tx: Transaction,
  { accountId, name }: { accountId: string; name: string },
): Promise<void> {
  const account = { id: accountId, kind: 'person', email: null, name, passwordHash: null } as const
  if (!(await createAccount(tx, account))) throw new Error('a new account is not new')
}

async function join(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & { accountId: string; role: Role; email: string | null },
): Promise<void> {
  const { provider, claims, accountId, role, email } = it
  const tenantId = provider.tenant_id
  await addMember(tx, { tenantId, accountId, role, name: nameOf(claims), email })
  await tx
    .updateTable('membership')
    .set({ role_provider_id: provider.id })
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .execute()
  const details = { role, providerId: provider.id }
  await deps.audit(tx, actorOf(it, accountId), { action: 'member.join', resource: `account/${accountId}`, details })
}

async function link(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & { accountId: string; linkedBy: LinkedBy },
): Promise<void> {
  const { provider, claims, accountId, linkedBy } = it
  const actor = actorOf(it, accountId)
  await linkAccount(deps, tx, { actor, provider, subject: claims.subject, accountId, linkedBy, signedInAt: new Date() })
}

/** Says that a subject of a provider is an account of the tenant. @throws ProblemError `conflict` */
export async function linkAccount(
  { audit }: { audit: Audit },
  tx: Transaction,
  it: {
    actor: Actor
    provider: ProviderRow
    subject: string
    accountId: string
    linkedBy: LinkedBy
    signedInAt: Date | null
  },
): Promise<void> {
  const { actor, provider, subject, accountId, linkedBy, signedInAt } = it
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
  if (created.numInsertedOrUpdatedRows !== 1n) {
    throw new ProblemError('conflict', { detail: 'the subject or the account is linked already' })
  }
  const details = { providerId: provider.id, linkedBy }
  await audit(tx, actor, { action: 'federated_identity.link', resource: `account/${accountId}`, details })
}

function actorOf(
  { provider, origin }: Pick<Admitting, 'provider' | 'origin'>,
  actorId: string,
): Actor & { actorId: string } {
  return { tenantId: provider.tenant_id, actorId, credential: 'oidc', ...origin }
}
