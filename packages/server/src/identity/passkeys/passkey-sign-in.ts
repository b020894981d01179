import { ProblemError, type PasskeyAssertion, type Session } from '@afterai/contract'
import { withTenant } from '../../platform/database.ts'
import { accountTenants } from '../entry-functions.ts'
import { openSession, type Origin, recordingRefusal, type SessionDependencies } from '../sessions/session-service.ts'
import { chosenTenant } from '../sessions/decide.ts'
import { type CeremonyDependencies, checkAssertion, passkeyOwner } from './passkey-ceremony.ts'
import { usePasskey } from './passkey-service.ts'

/**
 * Signs in by a passkey alone. It is two factors: the authenticator, and what it asked of its owner (user verification).
 * @throws ProblemError `invalid_second_factor`, `single_sign_on_required`, `tenant_suspended`
 */
export async function signInByPasskey(
  deps: SessionDependencies & CeremonyDependencies,
  { assertion, tenant: slug }: { assertion: PasskeyAssertion; tenant?: string | undefined },
  origin: Origin,
): Promise<Session> {
  const verified = await checkAssertion(deps, assertion, { purpose: 'sign_in', accountId: null })
  const accountId = verified?.accountId ?? (await passkeyOwner(deps, assertion))
  const tenants = accountId === undefined ? [] : await accountTenants(deps.db, accountId)
  const tenant = chosenTenant(tenants, slug)
  if (verified === undefined || tenant === undefined) {
    await recordFailure(deps, { tenantId: (tenant ?? chosenTenant(tenants, undefined))?.id, accountId }, origin)
    throw new ProblemError('invalid_second_factor')
  }
  const actor = { ...origin, tenantId: tenant.id, actorId: verified.accountId, credential: 'passkey' }
  const outcome = await recordingRefusal(deps, actor, async (tx) => {
    const used = await usePasskey(deps.audit, tx, { actor, verified })
    if (!used.right) return used
    const methods = ['passkey', 'user', 'mfa']
    return { right: true as const, session: await openSession(deps, tx, { actor, tenantSlug: tenant.slug, methods }) }
  })
  if (!outcome.right) throw outcome.problem
  return outcome.session
}

// In the trail of a tenant of the passkey's owner. A passkey that nobody has names nobody, and no tenant.
async function recordFailure(
  { db, audit }: Pick<SessionDependencies, 'db' | 'audit'>,
  { tenantId, accountId }: { tenantId: string | undefined; accountId: string | undefined },
  origin: Origin,
): Promise<void> {
  if (tenantId === undefined || accountId === undefined) return
  const actor = { ...origin, tenantId, actorId: accountId, credential: 'passkey' }
  await withTenant(db, tenantId, (tx) => audit(tx, actor, { action: 'session.sign_in', outcome: 'failed' }))
}
