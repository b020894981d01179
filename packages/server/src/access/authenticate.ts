import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { type Database, withTenant } from '../platform/database.ts'
import { type AccessTokenKeys, verifyAccessToken } from './access-token.ts'
import type { CredentialLookup, FoundCredential } from './credential-lookup.ts'
import { actorOf, type Principal } from './principal.ts'
import {
  credentialResource,
  type Refusal,
  refusedApiKey,
  refusedSession,
  tellRefusedCredential,
  type TellRefusal,
} from './refusals.ts'
import { type HashCredential, isApiKey } from './secret-tokens.ts'

/** Dependencies of authentication, which finds who makes a request. */
export interface Authentication {
  readonly db: Database
  readonly credentials: CredentialLookup
  readonly tellRefusal: TellRefusal
  readonly tokens: AccessTokenKeys
  readonly hashCredential: HashCredential
  readonly cookieName: string
  readonly sessionIdleMs: number
  /** Where browsers reach our pages, as an origin; without one, wherever they asked. */
  readonly publicOrigin?: string | undefined
}

/** Times of use are kept to the minute, so that reading doesn't turn into writing. */
const useRecordedEveryMs = 60_000

/**
 * The principal of a request. An Authorization header wins over a cookie: a request never carries two identities. That somebody's
 * credential isn't let in is told to their tenant's audit trail.
 * @throws ProblemError `unauthenticated`, `session_revoked`, `tenant_suspended`, `cross_origin`
 */
export async function authenticate(deps: Authentication, request: FastifyRequest): Promise<Principal> {
  const header = request.headers.authorization
  if (header !== undefined) return fromHeader(deps, request, header)
  const cookie = request.cookies[deps.cookieName]
  if (cookie === undefined) throw new ProblemError('unauthenticated')
  return fromToken(deps, request, { token: cookie, credential: 'cookie' })
}

async function fromHeader(deps: Authentication, request: FastifyRequest, header: string): Promise<Principal> {
  const [, text] = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(header) ?? []
  if (text === undefined) throw new ProblemError('unauthenticated')
  if (text.startsWith('aftr_')) return fromApiKey(deps, request, text)
  return fromToken(deps, request, { token: text, credential: 'bearer' })
}

async function fromApiKey(deps: Authentication, request: FastifyRequest, text: string): Promise<Principal> {
  if (!isApiKey(text))
    throw new ProblemError('unauthenticated', { detail: 'the API key is mistyped: its checksum is wrong' })
  const key = await deps.credentials.apiKey(deps.hashCredential(text))
  if (key === undefined) throw refusedApiKey('revoked')
  const principal = principalOf(key, { credential: 'api_key', credentialId: key.id, scopes: key.scopes })
  if (key.refusal !== null) {
    await tell(deps, { request, principal, reason: key.refusal })
    throw refusedApiKey(key.refusal)
  }
  if (isStale(key.usedAt)) await recordKeyUse(deps.db, principal, request.ip)
  return principal
}

async function fromToken(
  deps: Authentication,
  request: FastifyRequest,
  { token, credential }: { token: string; credential: 'cookie' | 'bearer' },
): Promise<Principal> {
  const named = await verifyAccessToken(deps.tokens, token)
  if (named === undefined) throw new ProblemError('unauthenticated')
  const { sessionId } = named
  const session = await deps.credentials.session(sessionId)
  if (session === undefined) throw new ProblemError('session_revoked')
  if (session.accountId !== named.accountId) throw new ProblemError('unauthenticated')
  const principal = principalOf(session, { credential, credentialId: sessionId, scopes: null })
  const elsewhere = credential === 'cookie' && isCrossOrigin(request, deps.publicOrigin) ? 'cross_origin' : null
  const refusal = session.refusal ?? idleRefusal(session, deps.sessionIdleMs) ?? elsewhere
  if (refusal !== null) {
    await tell(deps, { request, principal, reason: refusal })
    throw refusedSession(refusal)
  }
  if (request.routeOptions.config.looksOn !== true && isStale(session.usedAt))
    await recordSessionUse(deps.db, principal)
  return principal
}

/**
 * The principal of a request that was let in a while ago and goes on, as it is now. It is asked by the session, whose token may have run out
 * meanwhile: what ends a session ends what it began. It is no use of the session.
 * @throws ProblemError `unauthenticated`, `session_revoked`, `tenant_suspended`
 */
export async function authenticateAgain(
  deps: Authentication,
  request: FastifyRequest,
  { credential, credentialId }: Pick<Principal, 'credential' | 'credentialId'>,
): Promise<Principal> {
  if (credential === 'api_key') return authenticate(deps, request)
  const session = await deps.credentials.session(credentialId)
  if (session === undefined) throw new ProblemError('session_revoked')
  const refusal = session.refusal ?? idleRefusal(session, deps.sessionIdleMs)
  if (refusal !== null) throw refusedSession(refusal)
  return principalOf(session, { credential, credentialId, scopes: null })
}

/** Whether nobody has used a session for too long. */
export function idleRefusal(
  { usedAt }: { usedAt: string },
  sessionIdleMs: number,
  nowMs: number = Date.now(),
): 'idle' | null {
  return nowMs - Date.parse(usedAt) <= sessionIdleMs ? null : 'idle'
}

function tell(
  deps: Authentication,
  { request, principal, reason }: { request: FastifyRequest; principal: Principal; reason: Refusal },
): Promise<void> {
  const resource = credentialResource(principal)
  return tellRefusedCredential(deps.tellRefusal, actorOf(principal, request), { resource, reason })
}

function principalOf(
  { tenantId, tenantKind, accountId, name, kind, role }: FoundCredential,
  by: Pick<Principal, 'credential' | 'credentialId' | 'scopes'>,
): Principal {
  return { tenantId, tenantKind, accountId, name, kind, role, ...by }
}

/**
 * Whether a state-changing request that carries a cookie doesn't show that it comes from our own pages: a cookie goes along with whatever
 * site makes the browser ask, a header doesn't (ASVS 3.5.1). Where our pages are is what is configured: a proxy may ask under another name.
 */
export function isCrossOrigin(request: FastifyRequest, publicOrigin: string | undefined): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin') return false
  const origin = request.headers.origin
  return !(
    site === undefined &&
    origin !== undefined &&
    origin === (publicOrigin ?? `${request.protocol}://${request.host}`)
  )
}

/** Uses at once are one: those that come after the first find a time that is new enough. */
function staleSince(): Date {
  return new Date(Date.now() - useRecordedEveryMs)
}

function isStale(usedAt: string | null): boolean {
  return usedAt === null || Date.now() - Date.parse(usedAt) > useRecordedEveryMs
}

async function recordKeyUse(
  db: Database,
  { tenantId, credentialId }: Pick<Principal, 'tenantId' | 'credentialId'>,
  address: string,
): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('api_key')
      .set({ last_used_at: new Date(), last_used_address: address })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', credentialId)
      .where((is) => is.or([is('last_used_at', 'is', null), is('last_used_at', '<', staleSince())]))
      .execute(),
  )
}

async function recordSessionUse(
  db: Database,
  { tenantId, credentialId }: Pick<Principal, 'tenantId' | 'credentialId'>,
): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('session')
      .set({ used_at: new Date() })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', credentialId)
      .where('used_at', '<', staleSince())
      .execute(),
  )
}
