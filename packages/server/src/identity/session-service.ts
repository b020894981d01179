import { ProblemError, type Session } from '@afterai/contract'
import type { Actor, Audit } from '../audit/audit.ts'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { type AccessTokenKeys, issueAccessToken } from './access-token.ts'
import { accountTenants, findAccount, findRefresh, findSession } from './entry-functions.ts'
import { isEnforced, refuseProviderSession, sessionProof, translateRefusal } from './federation/enforced-sign-on.ts'
import type { Passwords } from './passwords.ts'
import type { Principal } from './principal.ts'
import { type HashCredential, newRefreshHandle } from './secret-tokens.ts'

/** What sessions need. */
export interface SessionDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly tokens: AccessTokenKeys
  readonly passwords: Passwords
  readonly hashCredential: HashCredential
  readonly sessionMaxMs: number
  readonly sessionIdleMs: number
}

/** Where a request comes from, for the audit trail, before anybody is known. */
export type Origin = Pick<Actor, 'address' | 'requestId'>

/**
 * Signs in with a password. Unknown address, wrong password and wrong tenant get the same answer in the same time.
 * @throws ProblemError `invalid_credentials`
 */
export async function signIn(
  deps: SessionDependencies,
  wanted: { email: string; password: string; tenant?: string | undefined },
  origin: Origin,
): Promise<Session> {
  const account = await findAccount(deps.db, wanted.email)
  const right = await deps.passwords.verify(account?.password_hash, wanted.password)
  if (account === undefined) throw new ProblemError('invalid_credentials')
  const tenants = await accountTenants(deps.db, account.account_id)
  const tenant = tenants.find(({ slug }) => wanted.tenant === undefined || slug === wanted.tenant)
  if (!right || tenant === undefined) {
    await recordFailedSignIn(deps, { tenantId: tenants[0]?.id, accountId: account.account_id }, origin)
    throw new ProblemError('invalid_credentials')
  }
  const actor = { tenantId: tenant.id, actorId: account.account_id, credential: 'password', ...origin }
  return recordingRefusal(deps, actor, () =>
    withTenant(deps.db, tenant.id, (tx) => openSession(deps, tx, { actor, tenantSlug: tenant.slug })),
  )
}

/** Runs what opens a session; that the tenant's provider was needed for it is an event of its own. */
export async function recordingRefusal<T>(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  actor: Actor,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'single_sign_on_required') {
      const event = { action: 'session.sign_in', outcome: 'denied', details: { reason: error.code } } as const
      await withTenant(deps.db, actor.tenantId, (tx) => deps.audit(tx, actor, event))
    }
    throw error
  }
}

/** Tells the audit trail of an account's tenant that somebody gave another password. */
export async function recordFailedSignIn(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  { tenantId, accountId }: { tenantId: string | undefined; accountId: string },
  origin: Origin,
): Promise<void> {
  if (tenantId === undefined) return
  const actor = { tenantId, actorId: accountId, credential: 'password', ...origin }
  await withTenant(deps.db, tenantId, (tx) => deps.audit(tx, actor, { action: 'session.sign_in', outcome: 'failed' }))
}

/** Who gets a session, and how they proved who they are; left out, it was just now and by the actor's credential. */
export interface SessionOpening {
  readonly actor: Actor & { actorId: string }
  readonly tenantSlug: string
  /** `password`, `oidc`, `device`, …: what lists of sessions show. */
  readonly method?: string | null
  /** The identity provider of the tenant that vouched. */
  readonly providerId?: string | null
  readonly authenticatedAt?: Date
}

/**
 * Opens a session for an actor who has proved who they are, in the caller's transaction.
 * @throws ProblemError `single_sign_on_required` when the tenant's provider had to vouch and didn't
 */
export async function openSession(
  deps: SessionDependencies,
  tx: Transaction,
  opening: SessionOpening,
): Promise<Session> {
  const { actor, tenantSlug, providerId = null } = opening
  const id = newId()
  const refreshHandle = newRefreshHandle()
  const expiresAt = new Date(Date.now() + deps.sessionMaxMs)
  const row = {
    tenant_id: actor.tenantId,
    id,
    account_id: actor.actorId,
    refresh_hash: deps.hashCredential(refreshHandle),
    expires_at: expiresAt,
    revoked_at: null,
    method: opening.method ?? actor.credential,
    provider_id: providerId,
    authenticated_at: opening.authenticatedAt ?? new Date(),
  }
  try {
    await tx.insertInto('session').values(row).execute()
  } catch (error) {
    throw translateRefusal(error)
  }
  await deps.audit(tx, actor, { action: 'session.open', resource: `session/${id}` })
  // Where the provider is enforced, only a break-glass account comes this far without it.
  if (providerId === null && (await isEnforced(tx, actor.tenantId))) {
    await deps.audit(tx, actor, { action: 'session.break_glass', resource: `session/${id}` })
  }
  return toSession(deps, { id, accountId: actor.actorId, refreshHandle, expiresAt, tenantSlug })
}

/**
 * Spends a refresh handle for a new access token and a new handle. A handle that was spent before ends the session:
 * somebody else holds a copy.
 * @throws ProblemError `session_revoked`
 */
export async function refreshSession(deps: SessionDependencies, handle: string, origin: Origin): Promise<Session> {
  const hash = deps.hashCredential(handle)
  const found = await findRefresh(deps.db, hash)
  const session = found && (await findSession(deps.db, found.session_id))
  if (found === undefined || session === undefined) throw new ProblemError('session_revoked')
  refuseIdle(session, deps.sessionIdleMs)
  const actor = { tenantId: found.tenant_id, actorId: session.account_id, credential: 'refresh', ...origin }
  const next = found.reused ? undefined : await rotate(deps, actor, { sessionId: found.session_id, hash })
  if (next === undefined) {
    await endSession(deps, actor, found.session_id, 'session.refresh_reused')
    throw new ProblemError('session_revoked')
  }
  const tenant = (await accountTenants(deps.db, session.account_id)).find(({ id }) => id === found.tenant_id)
  return toSession(deps, {
    id: found.session_id,
    accountId: session.account_id,
    refreshHandle: next,
    expiresAt: session.expires_at,
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

/** Refuses a session that nobody has used for too long. @throws ProblemError `session_revoked` */
export function refuseIdle({ used_at }: { used_at: Date }, sessionIdleMs: number): void {
  if (Date.now() - used_at.getTime() <= sessionIdleMs) return
  throw new ProblemError('session_revoked', { detail: 'the session was idle for too long' })
}

/** Ends a session at once: its access tokens are refused from the next request on. */
export async function endSession(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  actor: Actor,
  sessionId: string,
  action = 'session.end',
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
 * Opens a session in another tenant of the same account, and ends the one that asked.
 * @throws ProblemError `provider_session`, `not_found`, `single_sign_on_required`
 */
export async function switchTenant(
  deps: SessionDependencies,
  { principal, actor }: { principal: Principal; actor: Actor },
  slug: string,
): Promise<Session> {
  const proof = await withTenant(deps.db, principal.tenantId, (tx) => sessionProof(tx, principal))
  refuseProviderSession(proof)
  const tenant = (await accountTenants(deps.db, principal.accountId)).find((it) => it.slug === slug)
  if (tenant === undefined) throw new ProblemError('not_found', { detail: 'you belong to no tenant of this name' })
  const there = { ...actor, tenantId: tenant.id, actorId: principal.accountId }
  const { method, authenticatedAt } = proof
  const session = await recordingRefusal(deps, there, () =>
    withTenant(deps.db, tenant.id, (tx) =>
      openSession(deps, tx, { actor: there, tenantSlug: tenant.slug, method, authenticatedAt }),
    ),
  )
  await endSession(deps, actor, principal.credentialId)
  return session
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
