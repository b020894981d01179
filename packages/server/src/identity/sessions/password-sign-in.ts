import { ProblemError, type SecondFactorChallenge, type Session } from '@afterai/contract'
import type { Actor } from '../../audit/index.ts'
import { withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { accountFactors, hasSecondFactor } from '../account-credentials.ts'
import { accountTenants, findAccount, instanceTenant } from '../entry-functions.ts'
import { evenTime } from '../even-time.ts'
import { beginPasswordGuess } from '../guessing/password-guess.ts'
import type { Guess } from '../guessing/throttle.ts'
import { askSecondFactor } from '../second-factor/sign-in-ticket.ts'
import { chosenTenant } from './decide.ts'
import {
  openSession,
  type Origin,
  recordingRefusal,
  refuseSuspended,
  type SessionDependencies,
} from './session-service.ts'

/**
 * Signs in with a password, or asks for the second factor where the account has one. Unknown address, wrong password and wrong
 * tenant get the same answer in the same time.
 * @throws ProblemError `invalid_credentials`, `tenant_suspended`, `too_many_attempts`
 */
export async function signIn(
  deps: SessionDependencies,
  wanted: { email: string; password: string; tenant?: string | undefined },
  origin: Origin,
): Promise<Session | SecondFactorChallenge> {
  const startedAtMs = performance.now()
  const guess = await beginSignIn(deps, wanted.email, { origin, startedAtMs })
  const account = await findAccount(deps.db, wanted.email)
  const right = await deps.passwords.verify(account?.password_hash, wanted.password)
  const tenants = await accountTenants(deps.db, account?.account_id ?? newId())
  const tenant = chosenTenant(tenants, wanted.tenant)
  if (account === undefined || !right || tenant === undefined) {
    const { email } = wanted
    await recordFailedSignIn(deps, { tenantId: tenants[0]?.id, accountId: account?.account_id, email }, origin)
    await evenTime(startedAtMs)
    throw new ProblemError('invalid_credentials')
  }
  await guess.succeeded()
  refuseSuspended(tenant)
  const actor = { tenantId: tenant.id, actorId: account.account_id, credential: 'password', ...origin }
  const factors = await accountFactors(deps.db, account.account_id)
  if (hasSecondFactor(factors)) return askSecondFactor(deps, { actor, factors })
  return recordingRefusal(deps, actor, (tx) =>
    openSession(deps, tx, { actor, tenantSlug: tenant.slug, methods: ['pwd'] }),
  )
}

// A refusal that is told takes the same time whether its event is the account's tenant's or, for an address that nobody has, the operators'.
async function beginSignIn(
  deps: SessionDependencies,
  email: string,
  { origin, startedAtMs }: { origin: Origin; startedAtMs: number },
): Promise<Guess> {
  let isTold = false
  const concerns = async () => {
    isTold = true
    const account = await findAccount(deps.db, email)
    const tenants = await accountTenants(deps.db, account?.account_id ?? newId())
    return failedSignIn(deps, { tenantId: tenants[0]?.id, accountId: account?.account_id, email }, origin)
  }
  try {
    return await beginPasswordGuess(deps, { email, address: origin.address, action: 'session.sign_in', concerns })
  } catch (error) {
    if (isTold) await evenTime(startedAtMs)
    throw error
  }
}

/** Who failed to sign in, as far as it is known. */
interface FailedSignIn {
  readonly tenantId: string | undefined
  readonly accountId: string | undefined
  readonly email: string
}

/**
 * Tells an audit trail that somebody failed to sign in: the account's tenant, or for an address that nobody has the operators'.
 * The address itself is never kept, since what is typed there may be a password; its keyed digest shows that two are the same.
 */
export async function recordFailedSignIn(
  deps: Pick<SessionDependencies, 'db' | 'audit' | 'hashCredential'>,
  failed: FailedSignIn,
  origin: Origin,
): Promise<void> {
  const concerned = await failedSignIn(deps, failed, origin)
  if (concerned === undefined) return
  const { actor, details } = concerned
  const event = { action: 'session.sign_in', outcome: 'failed', details } as const
  await withTenant(deps.db, actor.tenantId, (tx) => deps.audit(tx, actor, event))
}

async function failedSignIn(
  deps: Pick<SessionDependencies, 'db' | 'hashCredential'>,
  { tenantId: known, accountId, email }: FailedSignIn,
  origin: Origin,
): Promise<{ actor: Actor; details: Record<string, string> } | undefined> {
  const tenantId = known ?? (await instanceTenant(deps.db))
  if (tenantId === undefined) return undefined
  const details: Record<string, string> = known === undefined ? { address: digestAddress(deps, email) } : {}
  return { actor: { tenantId, actorId: accountId ?? null, credential: 'password', ...origin }, details }
}

/** A keyed digest of an address that may be nobody's, for the operators' trail. */
export function digestAddress({ hashCredential }: Pick<SessionDependencies, 'hashCredential'>, email: string): string {
  return `hmac-sha256:${Buffer.from(hashCredential(`address:${email.toLowerCase()}`)).toString('hex')}`
}
