import { ProblemError, type PasskeyAssertion, type Session } from '@afterai/contract'
import { accountTenants } from '../entry-functions.ts'
import { openSession, type Origin, recordingRefusal, type SessionDependencies } from '../session-service.ts'
import { type CeremonyDependencies, checkAssertion } from './passkey-ceremony.ts'
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
  const tenants = verified === undefined ? [] : await accountTenants(deps.db, verified.accountId)
  const tenant = tenants.find((it) => slug === undefined || it.slug === slug)
  if (verified === undefined || tenant === undefined) throw new ProblemError('invalid_second_factor')
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
