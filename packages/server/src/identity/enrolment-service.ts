import { ProblemError, type Role, type SecondFactorChallenge, type Session } from '@afterai/contract'
import type { Actor } from '../audit/index.ts'
import { forTenant, isUniqueViolation, type Transaction, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { accountFactors, actFor, hasSecondFactor, ownAccount } from './account-credentials.ts'
import {
  createAccount,
  findAccount,
  findInvitation,
  type FoundAccount,
  type FoundInvitation,
  isSetupCode,
  joinInstanceTenant,
  joinSampleTenant,
  takeSetupCode,
} from './entry-functions.ts'
import { beginPasswordGuess } from './guessing/password-guess.ts'
import { refuseCode } from './guessing/throttle.ts'
import { refuseWeakPassword } from './passwords/password-rules.ts'
import { askSecondFactor } from './second-factor/sign-in-ticket.ts'
import { normalizeCode } from '../access/index.ts'
import {
  openSession,
  type Origin,
  recordingRefusal,
  refuseSuspended,
  type SessionDependencies,
  type SessionOpening,
} from './sessions/session-service.ts'
import { recordFailedSignIn } from './sessions/password-sign-in.ts'
import { createTenant, type TenantMaking } from './tenants/create-tenant.ts'
import { foundInstanceTenant } from './tenants/instance-tenant.ts'

/** Dependencies of enrolment: those of sessions, and what else must be made for a new tenant. */
export type EnrolmentDependencies = SessionDependencies & TenantMaking

/**
 * Spends the instance's set-up code: the first tenant, its administrator, a session. They become the first operator too, and the
 * sample tenant, where there is one, lets them in.
 * @throws ProblemError `invalid_code`, `invalid_request`, `conflict`, `too_many_attempts`
 */
export async function setUp(
  deps: EnrolmentDependencies,
  request: { code: string; email: string; name: string; password: string; tenant: { slug: string; name: string } },
  origin: Origin,
): Promise<Session> {
  const codeHash = deps.hashCredential(normalizeCode(request.code))
  if (!(await isSetupCode(deps.db, codeHash))) return refuseCode(deps, 'setup_code', origin)
  const { slug, name: tenantName } = request.tenant
  refuseWeakPassword(request.password, { known: [request.email, request.name, slug, tenantName] })
  const passwordHash = await deps.passwords.hash(request.password)
  await foundInstanceTenant(deps)
  const tenantId = newId()
  const accountId = newId()
  const actor = { tenantId, actorId: accountId, credential: 'setup_code', ...origin }
  return withTenant(deps.db, tenantId, async (tx) => {
    if (!(await takeSetupCode(tx, codeHash))) throw new ProblemError('invalid_code')
    const { email, name } = request
    if (!(await createAccount(tx, { id: accountId, kind: 'person', email, name, passwordHash }))) {
      throw new ProblemError('conflict', { detail: 'this e-mail address has an account' })
    }
    await createTenant(deps, tx, { id: tenantId, ...request.tenant, sample: false }, actor)
    await addMember(tx, { tenantId, accountId, role: 'admin', name, email })
    await joinSampleTenant(tx, { accountId, name, email })
    await becomeOperator(deps, tx, { actor, name, email })
    await deps.audit(tx, actor, { action: 'instance.set_up', resource: `tenant/${tenantId}` })
    return openSession(deps, tx, { actor, tenantSlug: request.tenant.slug, methods: ['pwd'] })
  })
}

// The operators' trail tells that it has somebody.
async function becomeOperator(
  { audit }: EnrolmentDependencies,
  tx: Transaction,
  { actor, name, email }: { actor: Actor & { actorId: string }; name: string; email: string },
): Promise<void> {
  const instance = await joinInstanceTenant(tx, { accountId: actor.actorId, name, email })
  if (instance === undefined) return
  const resource = `account/${actor.actorId}`
  await forTenant(tx, { from: actor.tenantId, to: instance }, () =>
    audit(tx, { ...actor, tenantId: instance }, { action: 'operator.join', resource }),
  )
}

/** Adds an account to the tenant of the transaction. */
export async function addMember(
  tx: Transaction,
  member: { tenantId: string; accountId: string; role: Role; name: string; email: string | null },
): Promise<void> {
  const { tenantId, accountId, role, name, email } = member
  await tx.insertInto('membership').values({ tenant_id: tenantId, account_id: accountId, role, name, email }).execute()
}

/**
 * Spends an invitation. Who has an account already proves it with its password, and its second factor if it has one; who hasn't
 * gets an account.
 * @throws ProblemError `invalid_code`, `invalid_credentials`, `invalid_request`, `tenant_suspended`, `too_many_attempts`
 */
export async function acceptInvitation(
  deps: SessionDependencies,
  request: { code: string; name: string; password: string },
  origin: Origin,
): Promise<Session | SecondFactorChallenge> {
  const codeHash = deps.hashCredential(normalizeCode(request.code))
  const found = await findInvitation(deps.db, codeHash)
  if (found === undefined) return refuseCode(deps, 'invitation', origin)
  refuseSuspended(found)
  const existing = await findAccount(deps.db, found.email)
  if (existing) await proveAccount(deps, { found, existing, password: request.password }, origin)
  if (existing) return acceptAsKnown(deps, { invitation: found, accountId: existing.account_id, origin })
  refuseWeakPassword(request.password, { known: [found.email, request.name] })
  const passwordHash = await deps.passwords.hash(request.password)
  const accountId = newId()
  const actor = { tenantId: found.tenant_id, actorId: accountId, credential: 'invitation', ...origin }
  return recordingRefusal(deps, actor, async (tx) => {
    const { email } = found
    const { name } = request
    if (!(await createAccount(tx, { id: accountId, kind: 'person', email, name, passwordHash }))) {
      throw new ProblemError('conflict', { detail: 'this e-mail address got an account just now: try again' })
    }
    return joinAndOpen(deps, tx, { actor, invitationId: found.id, codeHash, name })
  })
}

// The same guesses as at the sign-in, so that an invitation is no second door to try a password at.
async function proveAccount(
  deps: SessionDependencies,
  { found, existing, password }: { found: FoundInvitation; existing: FoundAccount; password: string },
  origin: Origin,
): Promise<void> {
  const { tenant_id: tenantId, email } = found
  const concerns = async () => ({
    actor: { tenantId, actorId: existing.account_id, credential: 'invitation', ...origin },
  })
  const attempt = { email, address: origin.address, action: 'session.sign_in', concerns } as const
  const guess = await beginPasswordGuess(deps, attempt)
  if (await deps.passwords.verify(existing.password_hash, password)) return guess.succeeded()
  const failed = { tenantId, accountId: existing.account_id, email }
  await recordFailedSignIn(deps, failed, origin)
  throw new ProblemError('invalid_credentials', {
    detail:
      'this e-mail address has an account: use its password, or get a new one with `afterai password forgot`; without a password, ask an operator for a reset code',
  })
}

// The password was right. The invitation is spent by whoever gives the second factor too.
async function acceptAsKnown(
  deps: SessionDependencies,
  { invitation, accountId, origin }: { invitation: FoundInvitation; accountId: string; origin: Origin },
): Promise<Session | SecondFactorChallenge> {
  const actor = { tenantId: invitation.tenant_id, actorId: accountId, credential: 'invitation', ...origin }
  const factors = await accountFactors(deps.db, accountId)
  if (hasSecondFactor(factors)) return askSecondFactor(deps, { actor, factors, invitationId: invitation.id })
  return recordingRefusal(deps, actor, (tx) => joinAndOpen(deps, tx, { actor, invitationId: invitation.id }))
}

async function joinAndOpen(
  deps: SessionDependencies,
  tx: Transaction,
  joining: Parameters<typeof joinByInvitation>[2] & { readonly actor: SessionOpening['actor'] },
): Promise<Session> {
  const { actor } = joining
  await joinByInvitation(deps, tx, joining)
  const tenant = await tx.selectFrom('tenant').select('slug').where('id', '=', actor.tenantId).executeTakeFirstOrThrow()
  return openSession(deps, tx, { actor, tenantSlug: tenant.slug, methods: ['pwd'] })
}

/**
 * Spends an invitation and makes the actor a member, under the name that their account has unless another is given.
 * @throws ProblemError `invalid_code`, `conflict`
 */
export async function joinByInvitation(
  deps: Pick<SessionDependencies, 'audit'>,
  tx: Transaction,
  {
    actor,
    invitationId,
    codeHash,
    name,
  }: {
    actor: Actor & { actorId: string }
    invitationId: string
    /** The code's keyed hash; left out where the code was proved a step before. */
    codeHash?: Uint8Array
    name?: string
  },
): Promise<void> {
  const { tenantId, actorId: accountId } = actor
  const { role, email } = await spendInvitation(tx, { tenantId, id: invitationId, codeHash })
  await actFor(tx, accountId)
  const called = name ?? (await ownAccount(tx)).name
  await joinTenant(tx, { tenantId, accountId, role, name: called, email })
  await deps.audit(tx, actor, { action: 'member.join', resource: `account/${accountId}`, details: { role } })
}

async function joinTenant(tx: Transaction, member: Parameters<typeof addMember>[1]): Promise<void> {
  try {
    await addMember(tx, member)
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('conflict', { detail: 'you are a member already: sign in' })
  }
}

// Of two requests with one code, the second sees the first one's update and gets no row.
async function spendInvitation(
  tx: Transaction,
  { tenantId, id, codeHash }: { tenantId: string; id: string; codeHash: Uint8Array | undefined },
): Promise<{ role: Role; email: string }> {
  const spent = await tx
    .updateTable('invitation')
    .set({ accepted_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', new Date())
    .where('revoked_at', 'is', null)
    .$if(codeHash !== undefined, (it) => it.where('code_hash', '=', codeHash ?? new Uint8Array()))
    .returning(['role', 'email'])
    .executeTakeFirst()
  if (spent === undefined) throw new ProblemError('invalid_code')
  return spent
}
