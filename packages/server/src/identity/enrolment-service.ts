import { ProblemError, type Role, type Session } from '@afterai/contract'
import type { Actor } from '../audit/audit.ts'
import { sqlState, type Transaction, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { createAccount, findAccount, findInvitation, joinSampleTenant, takeSetupCode } from './entry-functions.ts'
import { refuseWeakPassword } from './passwords.ts'
import { newCode, normalizeCode } from './secret-tokens.ts'
import {
  openSession,
  type Origin,
  recordFailedSignIn,
  recordingRefusal,
  type SessionDependencies,
} from './session-service.ts'

const invitationLifetimeMs = 7 * 24 * 3_600_000
const uniqueViolation = '23505'

/** Creates a tenant with its first member, in a transaction of that tenant. */
export type FoundTenant = (
  tx: Transaction,
  tenant: { id: string; slug: string; name: string; sample: boolean },
  actor: Actor,
) => Promise<void>

/** What enrolment needs: sessions, and what else must be made for a new tenant (its ledger, its keys), wired in main.ts. */
export interface EnrolmentDependencies extends SessionDependencies {
  readonly foundTenant: FoundTenant
}

/**
 * Spends the instance's set-up code: the first tenant, its administrator, a session. The sample tenant, where there is one, lets them in too.
 * @throws ProblemError `invalid_code`, `invalid_request`, `conflict`
 */
export async function setUp(
  deps: EnrolmentDependencies,
  request: { code: string; email: string; name: string; password: string; tenant: { slug: string; name: string } },
  origin: Origin,
): Promise<Session> {
  refuseWeakPassword(request.password, [request.email.split('@')[0] ?? '', request.name])
  const passwordHash = await deps.passwords.hash(request.password)
  const tenantId = newId()
  const accountId = newId()
  const actor = { tenantId, actorId: accountId, credential: 'setup_code', ...origin }
  return withTenant(deps.db, tenantId, async (tx) => {
    if (!(await takeSetupCode(tx, deps.hashCredential(normalizeCode(request.code)))))
      throw new ProblemError('invalid_code')
    const { email, name } = request
    if (!(await createAccount(tx, { id: accountId, kind: 'person', email, name, passwordHash }))) {
      throw new ProblemError('conflict', { detail: 'this e-mail address has an account' })
    }
    await createTenant(deps, tx, { id: tenantId, ...request.tenant, sample: false }, actor)
    await addMember(tx, { tenantId, accountId, role: 'admin', name, email })
    await joinSampleTenant(tx, { accountId, name, email })
    await deps.audit(tx, actor, { action: 'instance.set_up', resource: `tenant/${tenantId}` })
    return openSession(deps, tx, { actor, tenantSlug: request.tenant.slug })
  })
}

/** Makes a tenant and what belongs to it. @throws ProblemError `conflict` when the slug is taken */
export async function createTenant(
  deps: Pick<EnrolmentDependencies, 'foundTenant'>,
  tx: Transaction,
  tenant: { id: string; slug: string; name: string; sample: boolean },
  actor: Actor,
): Promise<void> {
  try {
    await tx.insertInto('tenant').values(tenant).execute()
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw new ProblemError('conflict', { detail: 'the tenant name is taken' })
    throw error
  }
  await deps.foundTenant(tx, tenant, actor)
}

/** Adds an account to the tenant of the transaction. */
export async function addMember(
  tx: Transaction,
  member: { tenantId: string; accountId: string; role: Role; name: string; email: string | null },
): Promise<void> {
  const { tenantId, accountId, role, name, email } = member
  await tx.insertInto('membership').values({ tenant_id: tenantId, account_id: accountId, role, name, email }).execute()
}

/** Invites a person. The code is in the answer and nowhere else. */
export async function invite(
  deps: SessionDependencies,
  tx: Transaction,
  { actor, email, role }: { actor: Actor; email: string; role: Role },
): Promise<{ id: string; email: string; role: Role; code: string; expiresAt: string }> {
  const id = newId()
  const code = newCode()
  const expiresAt = new Date(Date.now() + invitationLifetimeMs)
  await tx
    .insertInto('invitation')
    .values({
      tenant_id: actor.tenantId,
      id,
      email,
      role,
      code_hash: deps.hashCredential(code),
      invited_by: actor.actorId ?? '',
      expires_at: expiresAt,
      accepted_at: null,
    })
    .execute()
  await deps.audit(tx, actor, { action: 'member.invite', resource: `invitation/${id}`, details: { role } })
  return { id, email, role, code, expiresAt: expiresAt.toISOString() }
}

/**
 * Spends an invitation. Who has an account already proves it with its password; who hasn't gets one.
 * @throws ProblemError `invalid_code`, `invalid_credentials`, `invalid_request`
 */
export async function acceptInvitation(
  deps: SessionDependencies,
  request: { code: string; name: string; password: string },
  origin: Origin,
): Promise<Session> {
  const found = await findInvitation(deps.db, deps.hashCredential(normalizeCode(request.code)))
  if (found === undefined) throw new ProblemError('invalid_code')
  const existing = await findAccount(deps.db, found.email)
  if (existing && !(await deps.passwords.verify(existing.password_hash, request.password))) {
    await recordFailedSignIn(deps, { tenantId: found.tenant_id, accountId: existing.account_id }, origin)
    throw new ProblemError('invalid_credentials', { detail: 'this e-mail address has an account: use its password' })
  }
  if (!existing) refuseWeakPassword(request.password, [found.email.split('@')[0] ?? '', request.name])
  const passwordHash = existing ? null : await deps.passwords.hash(request.password)
  const accountId = existing?.account_id ?? newId()
  const actor = { tenantId: found.tenant_id, actorId: accountId, credential: 'invitation', ...origin }
  const join = async (tx: Transaction): Promise<Session> => {
    await spendInvitation(tx, found)
    const { email, role } = found
    if (
      !existing &&
      !(await createAccount(tx, { id: accountId, kind: 'person', email, name: request.name, passwordHash }))
    ) {
      throw new ProblemError('conflict', { detail: 'this e-mail address got an account just now: try again' })
    }
    await joinTenant(tx, { tenantId: found.tenant_id, accountId, role, name: request.name, email })
    await deps.audit(tx, actor, { action: 'member.join', resource: `account/${accountId}`, details: { role } })
    const tenant = await tx
      .selectFrom('tenant')
      .select('slug')
      .where('id', '=', found.tenant_id)
      .executeTakeFirstOrThrow()
    return openSession(deps, tx, { actor, tenantSlug: tenant.slug })
  }
  return recordingRefusal(deps, actor, () => withTenant(deps.db, found.tenant_id, join))
}

async function joinTenant(tx: Transaction, member: Parameters<typeof addMember>[1]): Promise<void> {
  try {
    await addMember(tx, member)
  } catch (error) {
    if (sqlState(error) !== uniqueViolation) throw error
    throw new ProblemError('conflict', { detail: 'you are a member already: sign in' })
  }
}

// Of two requests with one code, the second sees the first one's update and gets no row.
async function spendInvitation(tx: Transaction, invitation: { tenant_id: string; id: string }): Promise<void> {
  const spent = await tx
    .updateTable('invitation')
    .set({ accepted_at: new Date() })
    .where('tenant_id', '=', invitation.tenant_id)
    .where('id', '=', invitation.id)
    .where('accepted_at', 'is', null)
    .executeTakeFirst()
  if (spent.numUpdatedRows !== 1n) throw new ProblemError('invalid_code')
}
