import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { type Database, withTenant } from '../platform/database.ts'
import { type AccessTokenKeys, verifyAccessToken } from './access-token.ts'
import { findApiKey, findSession } from './entry-functions.ts'
import type { Principal } from './principal.ts'
import { refuseIdle, refuseSuspended } from './session-service.ts'
import { type HashCredential, isApiKey } from './secret-tokens.ts'

/** What it takes to tell who makes a request. */
export interface Authentication {
  readonly db: Database
  readonly tokens: AccessTokenKeys
  readonly hashCredential: HashCredential
  readonly cookieName: string
  readonly sessionIdleMs: number
}

/** Times of use are kept to the minute, so that reading doesn't turn into writing. */
const useRecordedEveryMs = 60_000

/**
 * The principal of a request. An Authorization header wins over a cookie: a request never carries two identities.
 * @throws ProblemError `unauthenticated`, `session_revoked`, `tenant_suspended`, `cross_origin`
 */
export async function authenticate(deps: Authentication, request: FastifyRequest): Promise<Principal> {
  const header = request.headers.authorization
  if (header !== undefined) return fromHeader(deps, header, request.ip)
  const cookie = request.cookies[deps.cookieName]
  if (cookie === undefined) throw new ProblemError('unauthenticated')
  refuseCrossOrigin(request)
  return fromToken(deps, cookie, 'cookie')
}

async function fromHeader(deps: Authentication, header: string, address: string): Promise<Principal> {
  const [, text] = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(header) ?? []
  if (text === undefined) throw new ProblemError('unauthenticated')
  return text.startsWith('aftr_') ? fromApiKey(deps, text, address) : fromToken(deps, text, 'bearer')
}

async function fromApiKey(deps: Authentication, text: string, address: string): Promise<Principal> {
  if (!isApiKey(text))
    throw new ProblemError('unauthenticated', { detail: 'the API key is mistyped: its checksum is wrong' })
  const key = await findApiKey(deps.db, deps.hashCredential(text))
  if (key === undefined) {
    throw new ProblemError('unauthenticated', { detail: 'the API key is unknown, revoked or expired' })
  }
  refuseSuspended(key)
  if (isStale(key.last_used_at)) await recordKeyUse(deps.db, key, address)
  const { tenant_id: tenantId, tenant_kind: tenantKind, account_id: accountId, name, kind, role, scopes } = key
  return { tenantId, tenantKind, accountId, name, kind, role, credential: 'api_key', credentialId: key.id, scopes }
}

async function fromToken(deps: Authentication, token: string, credential: 'cookie' | 'bearer'): Promise<Principal> {
  const sessionId = await verifyAccessToken(deps.tokens, token)
  if (sessionId === undefined) throw new ProblemError('unauthenticated')
  const session = await findSession(deps.db, sessionId)
  if (session === undefined) throw new ProblemError('session_revoked')
  refuseIdle(session, deps.sessionIdleMs)
  refuseSuspended(session)
  if (isStale(session.used_at)) await recordSessionUse(deps.db, session.tenant_id, sessionId)
  const { tenant_id: tenantId, tenant_kind: tenantKind, account_id: accountId, name, kind, role } = session
  return { tenantId, tenantKind, accountId, name, kind, role, credential, credentialId: sessionId, scopes: null }
}

/**
 * Refuses a state-changing request that carries a cookie, unless it shows that it comes from our own pages: a cookie goes
 * along with whatever site makes the browser ask, a header doesn't (ASVS 3.5.1).
 * @throws ProblemError `cross_origin`
 */
export function refuseCrossOrigin(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin') return
  const origin = request.headers.origin
  if (site === undefined && origin !== undefined && origin === `${request.protocol}://${request.host}`) return
  throw new ProblemError('cross_origin')
}

function isStale(usedAt: Date | null): boolean {
  return usedAt === null || Date.now() - usedAt.getTime() > useRecordedEveryMs
}

async function recordKeyUse(
  db: Database,
  { tenant_id: tenantId, id }: { tenant_id: string; id: string },
  address: string,
): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('api_key')
      .set({ last_used_at: new Date(), last_used_address: address })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .execute(),
  )
}

async function recordSessionUse(db: Database, tenantId: string, id: string): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('session')
      .set({ used_at: new Date() })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .execute(),
  )
}
