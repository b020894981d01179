import { ProblemError, type Role, type Session } from '@afterai/contract'
import type { Actor } from '../audit/audit.ts'
import { forTenant, sqlState, type Transaction, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import {
  createAccount,
  findAccount,
  findInvitation,
  joinInstanceTenant,
  joinSampleTenant,
  takeSetupCode,
} from './entry-functions.ts'
import { createTenant, type TenantMaking } from './tenants/create-tenant.ts'
import { foundInstanceTenant } from './tenants/instance-tenant.ts'
import { refuseWeakPassword } from './passwords.ts'
import { normalizeCode } from './secret-tokens.ts'
import {
  openSession,
  type Origin,
  recordFailedSignIn,
  refuseSuspended,
  type SessionDependencies,
} from './session-service.ts'

const uniqueViolation = '23505'

/** What enrolment needs: sessions, and what else must be made for a new tenant. */
export type EnrolmentDependencies = SessionDependencies & TenantMaking

/**
 * Spends the instance's set-up code: the first tenant, its administrator, a session. They become the first operator too, and the
 * sample tenant, where there is one, lets them in.
 * @throws ProblemError `invalid_code`, `invalid_request`, `conflict`
 */
export async function setUp(
  deps: EnrolmentDependencies,
  request: { code: string; email: string; name: string; password: string; tenant: { slug: string; name: string } },
  origin: Origin,
): Promise<Session> {
  refuseWeakPassword(request.password, [request.email.split('@')[0] ?? '', request.name])
  const passwordHash = await deps.passwords.hash(request.password)
  await foundInstanceTenant(deps)
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
    await becomeOperator(deps, tx, { actor, name, email })
    await deps.audit(tx, actor, { action: 'instance.set_up', resource: `tenant/${tenantId}` })
    return openSession(deps, tx, { actor, tenantSlug: request.tenant.slug })
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
 * Spends an invitation. Who has an account already proves it with its password; who hasn't gets one.
 * @throws ProblemError `invalid_code`, `invalid_credentials`, `invalid_request`, `tenant_suspended`
 */
export async function acceptInvitation(
  deps: SessionDependencies,
  request: { code: string; name: string; password: string },
  origin: Origin,
): Promise<Session> {
  const hash = deps.hashCredential(normalizeCode(request.code))
  const found = await findInvitation(deps.db, hash)
  if (found === undefined) throw new ProblemError('invalid_code')
  refuseSuspended(found)
  const existing = await findAccount(deps.db, found.email)
  if (existing && !(await deps.passwords.verify(existing.password_hash, request.password))) {
    await recordFailedSignIn(
      deps,
      { tenantId: found.tenant_id, accountId: existing.account_id, email: found.email },
      origin,
    )
    throw new ProblemError('invalid_credentials', { detail: 'this e-mail address has an account: use its password' })
  }
  if (!existing) refuseWeakPassword(request.password, [found.email.split('@')[0] ?? '', request.name])
  const passwordHash = existing ? null : await deps.passwords.hash(request.password)
  const accountId = existing?.account_id ?? newId()
  const actor = { tenantId: found.tenant_id, actorId: accountId, credential: 'invitation', ...origin }
  return withTenant(deps.db, found.tenant_id, async (tx) => {
    await spendInvitation(tx, found, hash)
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
  })
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
async function spendInvitation(
  tx: Transaction,
  invitation: { tenant_id: string; id: string },
  hash: Uint8Array,
): Promise<void> {
  const spent = await tx
    .updateTable('invitation')
    .set({ accepted_at: new Date() })
    .where('tenant_id', '=', invitation.tenant_id)
    .where('id', '=', invitation.id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('code_hash', '=', hash)
    .executeTakeFirst()
  if (spent.numUpdatedRows !== 1n) throw new ProblemError('invalid_code')
}
