import { ProblemError, type Session } from '@afterai/contract'
import {
  type AccessTokenKeys,
  type CredentialLookup,
  type HashCredential,
  issueAccessToken,
  newRefreshHandle,
  type Principal,
  refusedSession,
  type TellRefusal,
  tellRefusedCredential,
} from '../../access/index.ts'
import type { Actor, Audit, AuditAction } from '../../audit/index.ts'
import { type Database, forTenant, type Transaction, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { accountTenants, findRefresh } from '../entry-functions.ts'
import { isEnforced, translateRefusal } from '../federation/enforced-sign-on.ts'
import type { Throttle } from '../guessing/throttle.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { decideRefresh, type Proof, succeeding } from './decide.ts'
import { insertSession, readTenant, revokeSession, type SessionKey, swapRefresh, takeProof } from './store.ts'

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
    await insertSession(tx, row)
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
  const shown = { session, reused: found.reused, isElsewhere }
  const decision = decideRefresh(shown, { sessionIdleMs: deps.sessionIdleMs, nowMs: Date.now() })
  if (decision.kind === 'refused') {
    const { reason } = decision
    await tellRefusedCredential(deps.tellRefusal, actor, { resource: `session/${found.session_id}`, reason })
    throw refusedSession(reason)
  }
  const key = { tenantId: found.tenant_id, sessionId: found.session_id }
  const next = decision.kind === 'renewed' ? await rotate(deps, actor, { key, hash }) : undefined
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

/** Answers the next handle; undefined where another request got it. */
async function rotate(
  deps: SessionDependencies,
  actor: Actor,
  { key, hash }: { key: SessionKey; hash: Uint8Array },
): Promise<string | undefined> {
  const next = newRefreshHandle()
  return withTenant(deps.db, key.tenantId, async (tx) => {
    if (!(await swapRefresh(tx, key, { spent: hash, next: deps.hashCredential(next) }))) return undefined
    await deps.audit(tx, actor, { action: 'session.refresh', resource: `session/${key.sessionId}` })
    return next
  })
}

/** Refuses whatever credential of a suspended tenant. @throws ProblemError `tenant_suspended` */
export function refuseSuspended({ suspended }: { suspended: boolean }): void {
  if (suspended) throw new ProblemError('tenant_suspended')
}

/** Refuses what begins or ends in the tenant of the transaction while that is suspended. @throws ProblemError `tenant_suspended` */
export async function refuseSuspendedTenant(tx: Transaction, tenantId: string): Promise<void> {
  refuseSuspended(await readTenant(tx, tenantId))
}

/** Ends a session at once: its access tokens are refused from the next request on. */
export async function endSession(
  deps: Pick<SessionDependencies, 'db' | 'audit'>,
  actor: Actor,
  sessionId: string,
  action: AuditAction = 'session.end',
): Promise<void> {
  await withTenant(deps.db, actor.tenantId, async (tx) => {
    await revokeSession(tx, { tenantId: actor.tenantId, sessionId })
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
    const ended = await forTenant(tx, { from: tenant.id, to: actor.tenantId }, () =>
      endForAnother(deps, tx, { actor, sessionId: principal.credentialId }),
    )
    return openSession(deps, tx, { ...succeeding(ended, [], new Date()), actor: there, tenantSlug: tenant.slug })
  })
}

/** Ends a session whose person has just proved themselves again, and opens one in its place, with its end. */
export async function replaceSession(
  deps: SessionDependencies,
  tx: Transaction,
  { actor, sessionId, methods }: { actor: SessionOpening['actor']; sessionId: string; methods: readonly string[] },
): Promise<Session> {
  const ended = await endForAnother(deps, tx, { actor, sessionId })
  const { slug: tenantSlug } = await readTenant(tx, actor.tenantId)
  return openSession(deps, tx, { ...succeeding(ended, methods, new Date()), actor, tenantSlug })
}

async function endForAnother(
  deps: SessionDependencies,
  tx: Transaction,
  { actor, sessionId }: { actor: Actor; sessionId: string },
): Promise<Proof> {
  const ended = await takeProof(tx, { tenantId: actor.tenantId, sessionId })
  if (ended === undefined) throw new ProblemError('session_revoked')
  await deps.audit(tx, actor, { action: 'session.end', resource: `session/${sessionId}` })
  return ended
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
