import { ProblemError, type Session } from '@afterai/contract'
import {
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientError,
  type Configuration,
} from 'openid-client'
import { sql } from 'kysely'
import { type Database, type Transaction, withTenant } from '../../platform/database.ts'
import { refuseCode } from '../guessing/throttle.ts'
import {
  openSession,
  type Origin,
  refuseSuspendedTenant,
  type SessionDependencies,
} from '../sessions/session-service.ts'
import { admit } from './admission/admit.ts'
import { refusalReasons, type RefusalReason } from './admission/decide.ts'
import { type ProviderClaims, readClaims } from './claims.ts'
import type { ProviderClients } from './provider-client.ts'
import { accessOf, type ProviderDependencies, type ProviderRow, readProvider } from './provider-service.ts'
import {
  browserSecret,
  newSecrets,
  putTransaction,
  secretsOf,
  type SignInTransaction,
  takeTransaction,
} from './sign-in-transaction.ts'

/** Dependencies of signing in with a provider. */
export interface FederationDependencies extends SessionDependencies, ProviderDependencies {
  readonly clients: ProviderClients
}

/** A sign-in that a browser is sent off to. */
export interface StartedSignIn {
  readonly location: URL
  /** The secret that the browser's cookie must hold when it comes back. */
  readonly browser: string
}

/**
 * Begins a sign-in: authorization code flow with PKCE, state and nonce, tied to the browser by its cookie.
 * @throws ProblemError `not_found`, `tenant_suspended`, `provider_unavailable`
 */
export async function beginSignIn(
  deps: FederationDependencies,
  wanted: {
    providerId: string
    returnTo: string
    deviceHash: Uint8Array | null
    redirectUri: string
    cookie: string | undefined
  },
): Promise<StartedSignIn> {
  const { providerId, returnTo, deviceHash, redirectUri } = wanted
  const tenantId = await tenantOfProvider(deps.db, providerId)
  if (tenantId === undefined) throw new ProblemError('not_found')
  const { row, configuration } = await openProvider(deps, tenantId, providerId)
  const browser = browserSecret(wanted.cookie)
  const { state, nonce, verifier } = newSecrets(deps.hashCredential, browser)
  await withTenant(deps.db, tenantId, (tx) =>
    putTransaction(tx, deps.hashCredential, { tenantId, providerId, state, browser, returnTo, deviceHash }),
  )
  const location = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: [...new Set(['openid', ...row.scopes])].join(' '),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { location, browser }
}

async function tenantOfProvider(db: Database, providerId: string): Promise<string | undefined> {
  const found = sql<{ tenant_id: string }>`select tenant_id from find_identity_provider(${providerId})`
  return (await found.execute(db)).rows[0]?.tenant_id
}

async function openProvider(
  deps: FederationDependencies,
  tenantId: string,
  providerId: string,
): Promise<{ row: ProviderRow; configuration: Configuration }> {
  const { row, access } = await withTenant(deps.db, tenantId, async (tx) => {
    await refuseSuspendedTenant(tx, tenantId)
    const found = await readProvider(tx, tenantId, providerId)
    return { row: found, access: await accessOf(deps, tx, found) }
  })
  return { row, configuration: await deps.clients.of(access) }
}

/** A sign-in that has ended well. */
export interface EndedSignIn {
  readonly session: Session
  readonly transaction: SignInTransaction
}

/**
 * Ends a sign-in: spends what was begun, exchanges the code, checks the id token, admits the person, opens a session.
 * The admission and the session are one transaction; a refusal is kept with what follows from it.
 * @throws ProblemError `sign_in_failed`, `too_many_attempts`, `not_let_in`, `tenant_suspended`, `provider_unavailable`
 */
export async function endSignIn(
  deps: FederationDependencies,
  { answer, cookie }: { answer: URL; cookie: string | undefined },
  origin: Origin,
): Promise<EndedSignIn> {
  const state = answer.searchParams.get('state')
  const begun =
    state === null || cookie === undefined
      ? undefined
      : await takeTransaction(deps.db, deps.hashCredential, { state, browser: cookie })
  if (state === null || cookie === undefined || begun === undefined) return refuseCode(deps, 'oidc_state', origin)
  const { row, claims } = await askWho(deps, { answer, state, cookie, begun }, origin)
  const outcome = await withTenant(deps.db, begun.tenantId, (tx) =>
    admitAndOpen(deps, tx, { row, claims, begun, origin }),
  )
  if ('session' in outcome) return { session: outcome.session, transaction: begun }
  throw new ProblemError('not_let_in', { detail: refusalReasons[outcome.refused] })
}

async function askWho(
  deps: FederationDependencies,
  { answer, state, cookie, begun }: { answer: URL; state: string; cookie: string; begun: SignInTransaction },
  origin: Origin,
): Promise<{ row: ProviderRow; claims: ProviderClaims }> {
  try {
    const { row, configuration } = await openProvider(deps, begun.tenantId, begun.providerId)
    const { nonce, verifier } = secretsOf(deps.hashCredential, { browser: cookie, state })
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true }
    const tokens = await authorizationCodeGrant(configuration, answer, checks)
    const idToken = tokens.claims()
    if (idToken === undefined) throw new ClientError('there is no id token')
    // The library asks for `azp` only where there are several audiences.
    if (idToken.azp !== undefined && idToken.azp !== configuration.clientMetadata().client_id) {
      throw new ClientError('the id token was made for another client')
    }
    const { groups_claim: groupsClaim } = row
    return { row, claims: await readClaims(configuration, { idToken, accessToken: tokens.access_token, groupsClaim }) }
  } catch (error) {
    const problem = toProblem(error)
    await recordFailure(deps, begun, { origin, accountId: null, reason: reasonOf(error) })
    throw problem
  }
}

async function admitAndOpen(
  deps: FederationDependencies,
  tx: Transaction,
  it: { row: ProviderRow; claims: ProviderClaims; begun: SignInTransaction; origin: Origin },
): Promise<{ session: Session } | { refused: RefusalReason }> {
  const { row, claims, begun, origin } = it
  const { tenantId, providerId, slug: tenantSlug } = begun
  const admission = await admit(deps, tx, { provider: row, claims, origin })
  if (admission.kind === 'refused') {
    const { accountId, reason } = admission
    await auditFailure(deps, tx, { begun, origin, accountId, reason })
    return { refused: reason }
  }
  const actor = { tenantId, actorId: admission.accountId, credential: 'oidc', ...origin }
  return { session: await openSession(deps, tx, { actor, tenantSlug, methods: ['oidc'], providerId }) }
}

interface Failure {
  readonly origin: Origin
  readonly accountId: string | null
  readonly reason: string
}

async function recordFailure(deps: FederationDependencies, begun: SignInTransaction, failure: Failure): Promise<void> {
  await withTenant(deps.db, begun.tenantId, (tx) => auditFailure(deps, tx, { begun, ...failure }))
}

async function auditFailure(
  { audit }: FederationDependencies,
  tx: Transaction,
  { begun, origin, accountId, reason }: Failure & { begun: SignInTransaction },
): Promise<void> {
  const actor = { tenantId: begun.tenantId, actorId: accountId, credential: 'oidc', ...origin }
  const details = { providerId: begun.providerId, reason }
  await audit(tx, actor, { action: 'session.sign_in', outcome: 'failed', details })
}

/** Whether the provider gave no answer, rather than a wrong one. */
const silences = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ABORT_ERR',
  'ETIMEDOUT',
])

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (codesOf(error).some((code) => silences.has(code)))
    return new ProblemError('provider_unavailable', {}, { cause: error })
  const detail = error instanceof AuthorizationResponseError ? 'the provider refused it, or you did' : undefined
  return new ProblemError('sign_in_failed', detail === undefined ? {} : { detail }, { cause: error })
}

// A code of the library's, for the audit trail: nothing that the provider wrote.
function reasonOf(error: unknown): string {
  return error instanceof ProblemError ? error.code : (codesOf(error)[0] ?? 'unknown')
}

function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : []
  return [...own, ...codesOf(error.cause)]
}
