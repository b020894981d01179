import { ProblemError, type SecondFactorChallenge, type Session, type TenantView } from '@afterai/contract'
import type { Actor, Audit, AuditAction } from '../../audit/index.ts'
import { type Database, forTenant, type Transaction, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import {
  type AccessTokenKeys,
  type CredentialLookup,
  type HashCredential,
  idleRefusal,
  issueAccessToken,
  newRefreshHandle,
  type Principal,
  refusedSession,
  type TellRefusal,
  tellRefusedCredential,
} from '../../access/index.ts'
import { accountFactors, hasSecondFactor } from '../account-credentials.ts'
import { evenTime } from '../even-time.ts'
import { accountTenants, findAccount, findRefresh, instanceTenant } from '../entry-functions.ts'
import { isEnforced, translateRefusal } from '../federation/enforced-sign-on.ts'
import { beginPasswordGuess } from '../guessing/password-guess.ts'
import type { Guess, Throttle } from '../guessing/throttle.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { askSecondFactor } from '../second-factor/sign-in-ticket.ts'

/** Dependencies of sessions. */
export interface SessionDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly credentials: CredentialLookup
  readonly tellRefusal: TellRefusal
  readonly tokens: AccessTokenKeys
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly hashCredential: HashCredential
  readonly sessionMaxMs: number
  readonly sessionIdleMs: number
}

/** Where a request comes from, for the audit trail, before anybody is known. */
export type Origin = Pick<Actor, 'address' | 'requestId'> & { readonly device: string | null }

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

/** Runs what opens a session, in a transaction of its tenant; that the tenant's provider was needed for it is an event of its own. */
export async function recordingRefusal<T>(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  actor: Actor,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await withTenant(deps.db, actor.tenantId, work)
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'single_sign_on_required') {
      const event = { action: 'session.sign_in', outcome: 'denied', details: { reason: error.code } } as const
      await withTenant(deps.db, actor.tenantId, (tx) => deps.audit(tx, actor, event))
    }
    throw error
  }
}

/** The tenant to sign in to: who names none is let into the first that is open to them. */
export function chosenTenant(tenants: readonly TenantView[], wanted: string | undefined): TenantView | undefined {
  if (wanted !== undefined) return tenants.find(({ slug }) => slug === wanted)
  return tenants.find(({ suspended }) => !suspended) ?? tenants[0]
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

/** A session to be: whose, where, and how and when they proved who they are. */
export interface SessionOpening {
  readonly actor: Actor & { readonly actorId: string; readonly device?: string | null }
  readonly tenantSlug: string
  /** RFC 8176's `amr`. */
  readonly methods: readonly string[]
  /** The identity provider of the tenant that vouched, if one did. */
  readonly providerId?: string | null
  /** Now, unless the session takes the place of another one without a new proof. */
  readonly authenticatedAt?: Date
  /** The end of the session that it takes the place of, which it doesn't outlive. */
  readonly expiresAt?: Date
}

/** The events of opening a session; the second where the tenant enforces an identity provider that the member may do without. */
export const sessionOpened = ['session.open', 'session.break_glass'] as const satisfies readonly AuditAction[]

/**
 * Opens a session for an actor who has proved who they are, in the caller's transaction.
 * @throws ProblemError `single_sign_on_required` when the tenant's provider had to vouch and didn't, `tenant_suspended`
 */
export async function openSession(
  deps: SessionDependencies,
  tx: Transaction,
  opening: SessionOpening,
): Promise<Session> {
  const { actor, tenantSlug, methods, providerId = null, authenticatedAt = new Date() } = opening
  await refuseSuspendedTenant(tx, actor.tenantId)
  const id = newId()
  const refreshHandle = newRefreshHandle()
  const expiresAt = opening.expiresAt ?? new Date(Date.now() + deps.sessionMaxMs)
  const row = {
    tenant_id: actor.tenantId,
    id,
    account_id: actor.actorId,
    refresh_hash: deps.hashCredential(refreshHandle),
    expires_at: expiresAt,
    revoked_at: null,
    authenticated_at: authenticatedAt,
    amr: [...methods],
    address: actor.address,
    device: actor.device ?? null,
    provider_id: providerId,
  }
  try {
    await tx.insertInto('session').values(row).execute()
  } catch (error) {
    throw translateRefusal(error)
  }
  await deps.audit(tx, actor, { action: 'session.open', resource: `session/${id}`, details: { methods } })
  // Where the provider is enforced, only a break-glass account comes this far without it.
  if (providerId === null && (await isEnforced(tx, actor.tenantId))) {
    await deps.audit(tx, actor, { action: 'session.break_glass', resource: `session/${id}` })
  }
  return toSession(deps, { id, accountId: actor.actorId, refreshHandle, expiresAt, tenantSlug })
}

/**
 * Spends a refresh handle for a new access token and a new handle. A handle that was spent before ends the session:
 * somebody else holds a copy.
 * @param isElsewhere whether a cookie brought the handle, and not from our own pages
 * @throws ProblemError `session_revoked`, `tenant_suspended`, `cross_origin`
 */
export async function refreshSession(
  deps: SessionDependencies,
  { handle, isElsewhere }: { handle: string; isElsewhere: boolean },
  origin: Origin,
): Promise<Session> {
  const hash = deps.hashCredential(handle)
  const found = await findRefresh(deps.db, hash)
  const session = found && (await deps.credentials.session(found.session_id))
  if (found === undefined || session === undefined) throw new ProblemError('session_revoked')
  const actor = { tenantId: found.tenant_id, actorId: session.accountId, credential: 'refresh', ...origin }
  const refusal = session.refusal ?? idleRefusal(session, deps.sessionIdleMs) ?? (isElsewhere ? 'cross_origin' : null)
  if (refusal !== null) {
    const resource = `session/${found.session_id}`
    await tellRefusedCredential(deps.tellRefusal, actor, { resource, reason: refusal })
    throw refusedSession(refusal)
  }
  const next = found.reused ? undefined : await rotate(deps, actor, { sessionId: found.session_id, hash })
  if (next === undefined) {
    await endSession(deps, actor, found.session_id, 'session.refresh_reused')
    throw new ProblemError('session_revoked')
  }
  const tenant = (await accountTenants(deps.db, session.accountId)).find(({ id }) => id === found.tenant_id)
  return toSession(deps, {
    id: found.session_id,
    accountId: session.accountId,
    refreshHandle: next,
    expiresAt: new Date(session.expiresAt),
    tenantSlug: tenant?.slug ?? '',
  })
}

// Compares and swaps, so that of two requests with one handle only one gets the next.
async function rotate(
  deps: SessionDependencies,
  actor: Actor,
  { sessionId, hash }: { sessionId: string; hash: Uint8Array },
): Promise<string | undefined> {
  const { tenantId } = actor
  const next = newRefreshHandle()
  return withTenant(deps.db, tenantId, async (tx) => {
    const result = await tx
      .updateTable('session')
      .set({ refresh_hash: deps.hashCredential(next), used_at: new Date() })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', sessionId)
      .where('refresh_hash', '=', hash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) return undefined
    await tx.insertInto('spent_refresh').values({ tenant_id: tenantId, session_id: sessionId, hash }).execute()
    await deps.audit(tx, actor, { action: 'session.refresh', resource: `session/${sessionId}` })
    return next
  })
}

/** Refuses whatever credential of a suspended tenant. @throws ProblemError `tenant_suspended` */
export function refuseSuspended({ suspended }: { suspended: boolean }): void {
  if (suspended) throw new ProblemError('tenant_suspended')
}

/** Refuses what begins or ends in the tenant of the transaction while that is suspended. @throws ProblemError `tenant_suspended` */
export async function refuseSuspendedTenant(tx: Transaction, tenantId: string): Promise<void> {
  const tenants = tx.selectFrom('tenant').select('suspended_at').where('id', '=', tenantId)
  refuseSuspended({ suspended: (await tenants.executeTakeFirstOrThrow()).suspended_at !== null })
}

/** Ends a session at once: its access tokens are refused from the next request on. */
export async function endSession(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  actor: Actor,
  sessionId: string,
  action: AuditAction = 'session.end',
): Promise<void> {
  await withTenant(deps.db, actor.tenantId, async (tx) => {
    await tx
      .updateTable('session')
      .set({ revoked_at: new Date() })
      .where('tenant_id', '=', actor.tenantId)
      .where('id', '=', sessionId)
      .execute()
    await deps.audit(tx, actor, { action, resource: `session/${sessionId}` })
  })
}

/**
 * Opens a session in another tenant of the same account, and ends the one that asked. Nothing was proved anew: it is as old as
 * the other one's proof, and ends when that would have.
 * @throws ProblemError `not_found`, `session_revoked`, `single_sign_on_required`
 */
export async function switchTenant(
  deps: SessionDependencies,
  { principal, actor }: { principal: Principal; actor: Actor & { device: string | null } },
  slug: string,
): Promise<Session> {
  const tenant = (await accountTenants(deps.db, principal.accountId)).find((it) => it.slug === slug)
  if (tenant === undefined) throw new ProblemError('not_found', { detail: 'you belong to no tenant of this name' })
  refuseSuspended(tenant)
  const there = { ...actor, tenantId: tenant.id, actorId: principal.accountId }
  // One transaction, so that where the tenant refuses, the session that asked stays.
  return recordingRefusal(deps, there, async (tx) => {
    const { proof } = await forTenant(tx, { from: tenant.id, to: actor.tenantId }, () =>
      endForAnother(deps, tx, { actor, sessionId: principal.credentialId }),
    )
    return openSession(deps, tx, { ...proof, actor: there, tenantSlug: tenant.slug })
  })
}

/** Ends a session whose person has just proved themselves again, and opens one in its place, with its end. */
export async function replaceSession(
  deps: SessionDependencies,
  tx: Transaction,
  { actor, sessionId, methods }: { actor: SessionOpening['actor']; sessionId: string; methods: readonly string[] },
): Promise<Session> {
  const { proof, tenantSlug } = await endForAnother(deps, tx, { actor, sessionId })
  return openSession(deps, tx, {
    actor,
    tenantSlug,
    methods: [...new Set([...proof.methods, ...methods])],
    expiresAt: proof.expiresAt,
  })
}

// Of two requests at once, the second finds no open session: one session never becomes two.
async function endForAnother(
  deps: SessionDependencies,
  tx: Transaction,
  { actor, sessionId }: { actor: Actor; sessionId: string },
) {
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', actor.tenantId)
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .returning(['amr', 'authenticated_at', 'expires_at'])
    .executeTakeFirst()
  if (ended === undefined) throw new ProblemError('session_revoked')
  await deps.audit(tx, actor, { action: 'session.end', resource: `session/${sessionId}` })
  const tenant = await tx.selectFrom('tenant').select('slug').where('id', '=', actor.tenantId).executeTakeFirstOrThrow()
  const proof = { methods: ended.amr, authenticatedAt: ended.authenticated_at, expiresAt: ended.expires_at }
  return { proof, tenantSlug: tenant.slug }
}

async function toSession(
  deps: Pick<SessionDependencies, 'tokens'>,
  session: { id: string; accountId: string; refreshHandle: string; expiresAt: Date; tenantSlug: string },
): Promise<Session> {
  const access = await issueAccessToken(deps.tokens, { sessionId: session.id, accountId: session.accountId })
  return {
    accessToken: access.token,
    accessTokenExpiresAt: access.expiresAt.toISOString(),
    refreshHandle: session.refreshHandle,
    expiresAt: session.expiresAt.toISOString(),
    tenant: session.tenantSlug,
  }
}
