import { ProblemError, type Role } from '@afterai/contract'
import type { Actor, Audit } from '../../../audit/index.ts'
import type { Transaction } from '../../../platform/database.ts'
import { newId } from '../../../platform/ids.ts'
import { addMember } from '../../enrolment-service.ts'
import { createAccount } from '../../entry-functions.ts'
import { lockAdminsOf } from '../../members/admins.ts'
import { nameOf, type ProviderClaims } from '../claims.ts'
import { setMappedRole, takeAccess } from '../mapped-role.ts'
import type { ProviderRow } from '../provider-service.ts'
import { type AdmissionDecision, decideAdmission, type RefusalReason } from './decide.ts'
import { insertLink, type Link, markMappedRole, noteSignIn, readArrival, spendInvitations } from './store.ts'

/** Whether a person whom the provider knows is let in, and if not, why. */
export type Admission =
  | { readonly kind: 'admitted'; readonly accountId: string }
  | { readonly kind: 'refused'; readonly accountId: string | null; readonly reason: RefusalReason }

/** An admission to be decided: provider, claims, origin. */
export interface Admitting {
  readonly provider: ProviderRow
  readonly claims: ProviderClaims
  readonly origin: Pick<Actor, 'address' | 'requestId'>
}

/** Decides who a subject is here and with which role, and does what follows: makes a member, sets the role, or takes access away. */
export async function admit(deps: { audit: Audit }, tx: Transaction, it: Admitting): Promise<Admission> {
  const { provider, claims } = it
  // People of one tenant take turns, so that two sign-ins of a new person make one member, and that admins aren't all lost at once.
  await lockAdminsOf(tx, provider.tenant_id)
  const decision = decideAdmission(provider, await readArrival(tx, provider, claims))
  if (decision.kind === 'refused') return decision
  if ('email' in decision) return admitNew(deps, tx, { ...it, decision })
  const { accountId } = decision
  const actor = actorOf(it, accountId)
  if (decision.kind === 'expelled') {
    await takeAccess(deps, tx, { actor, provider, accountId })
    return { kind: 'refused', accountId, reason: 'no_group' }
  }
  const { role } = decision
  if (decision.kind === 'linked') await link(deps, tx, { ...it, accountId, linkedBy: 'verified_email' })
  else await noteSignIn(tx, provider, claims.subject)
  if (decision.kind === 'rejoining') await join(deps, tx, { ...it, accountId, role, email: claims.email ?? null })
  else await setMappedRole(deps, tx, { actor, provider, accountId, role })
  return { kind: 'admitted', accountId }
}

async function admitNew(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & { decision: Extract<AdmissionDecision, { kind: 'invited' | 'created' }> },
): Promise<Admission> {
  const { provider, claims, decision } = it
  const { kind: how, email, role } = decision
  if (how === 'invited') await spendInvitations(tx, provider.tenant_id, email)
  const accountId = newId()
  // It has no address to sign in with: a provider can't take one up, which would keep its owner from having an account elsewhere.
  const account = { id: accountId, kind: 'person', email: null, name: nameOf(claims), passwordHash: null } as const
  if (!(await createAccount(tx, account))) throw new Error('a new account is not new')
  await join(deps, tx, { ...it, accountId, role, email })
  await link(deps, tx, { ...it, accountId, linkedBy: how === 'invited' ? 'invitation' : 'created' })
  return { kind: 'admitted', accountId }
}

async function join(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & { accountId: string; role: Role; email: string | null },
): Promise<void> {
  const { provider, claims, accountId, role, email } = it
  await addMember(tx, { tenantId: provider.tenant_id, accountId, role, name: nameOf(claims), email })
  await markMappedRole(tx, provider, accountId)
  const details = { role, providerId: provider.id }
  await deps.audit(tx, actorOf(it, accountId), { action: 'member.join', resource: `account/${accountId}`, details })
}

async function link(
  deps: { audit: Audit },
  tx: Transaction,
  it: Admitting & Pick<Link, 'accountId' | 'linkedBy'>,
): Promise<void> {
  const { provider, claims, accountId, linkedBy } = it
  const actor = actorOf(it, accountId)
  await linkAccount(deps, tx, { actor, provider, subject: claims.subject, accountId, linkedBy, signedInAt: new Date() })
}

/** Says that a subject of a provider is an account of the tenant. @throws ProblemError `conflict` */
export async function linkAccount(
  { audit }: { audit: Audit },
  tx: Transaction,
  { actor, ...it }: Link & { readonly actor: Actor },
): Promise<void> {
  if (!(await insertLink(tx, it)))
    throw new ProblemError('conflict', { detail: 'the subject or the account is linked already' })
  const details = { providerId: it.provider.id, linkedBy: it.linkedBy }
  await audit(tx, actor, { action: 'federated_identity.link', resource: `account/${it.accountId}`, details })
}

function actorOf(
  { provider, origin }: Pick<Admitting, 'provider' | 'origin'>,
  actorId: string,
): Actor & { actorId: string } {
  return { tenantId: provider.tenant_id, actorId, credential: 'oidc', ...origin }
}
