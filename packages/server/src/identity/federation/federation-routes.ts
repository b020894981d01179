import {
  id,
  ProblemError,
  returnPath,
  signInOptionsQuery,
  signInOptionsView,
  signOutView,
  userCode,
} from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { buildEndSessionUrl } from 'openid-client'
import { sql } from 'kysely'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import { withTenant } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { answerBrowser } from '../../platform/problem-page.ts'
import { callerOf, providerOfSession, type SessionCookies } from '../../access/index.ts'
import { hashUserCode } from '../device-login/device-codes.ts'
import { confirmationPage } from '../device-login/device-pages.ts'
import { findDeviceRequest } from '../device-login/device-service.ts'
import { answerSession, originOf } from '../sessions/session-cookies.ts'
import { federatedMemberRoutes, providerRoutes } from './provider-routes.ts'
import { accessOf, readProvider } from './provider-service.ts'
import { beginSignIn, endSignIn, type FederationDependencies } from './sign-in.ts'
import { transactionLifetimeMs } from './sign-in-transaction.ts'

/** Dependencies of the routes of single sign-on, besides those of the sign-in. */
export interface FederationRouteDependencies extends FederationDependencies {
  readonly cookies: SessionCookies
  /** The origin under which browsers reach the server. */
  readonly publicOrigin: (request: FastifyRequest) => string
}

const open = { permission: 'public' } as const
const callbackPath = '/v1/oidc/callback'
const callbackAudits = {
  events: ['federated_identity.link', 'member.join', 'member.set_role', 'session.open'],
  instead: ['member.remove', 'session.end_all', 'session.sign_in'],
} as const

/** Signing in with a company's identity provider (OpenID Connect, authorization code flow), and its administration. */
export async function federationRoutes(http: Http, deps: FederationRouteDependencies): Promise<void> {
  const redirectUri = (request: FastifyRequest): string => deps.publicOrigin(request) + callbackPath
  providerRoutes(http, { ...deps, redirectUri })
  federatedMemberRoutes(http, { ...deps, redirectUri })

  http.get(
    '/v1/sign-in-options',
    {
      config: { ...open, audits: { none: 'It shows anybody who asks which providers a tenant is signed in to with.' } },
      schema: { querystring: signInOptionsQuery, response: { 200: signInOptionsView } },
    },
    async (request) => {
      const found = sql<{ id: string; name: string; enforced: boolean }>`
        select * from tenant_sign_in_providers(${request.query.tenant})`
      const { rows } = await found.execute(deps.db)
      return {
        password: !rows.some(({ enforced }) => enforced),
        providers: rows.map((it) => ({ id: it.id, name: it.name, startPath: `/v1/oidc/${it.id}/start` })),
      }
    },
  )
  http.get(
    '/v1/session/provider-sign-out',
    {
      config: { permission: 'session:own', audits: unaudited.ownIdentity },
      schema: { response: { 200: signOutView } },
    },
    async (request) => ({ location: await providerSignOut(deps, request) }),
  )
  // In a scope of its own, since here browsers come by themselves: to them a problem is a page.
  await http.register(async (scope: Http) => {
    scope.setErrorHandler(answerBrowser)
    browserRoutes(scope, { ...deps, redirectUri })
  })
}

function browserRoutes(
  http: Http,
  deps: FederationRouteDependencies & { redirectUri: (request: FastifyRequest) => string },
): void {
  const prefix = deps.cookies.secure ? '__Host-' : ''
  const cookieName = `${prefix}afterai_oidc`
  const deviceCookie = `${prefix}afterai_device`

  http.get(
    '/v1/oidc/:providerId/start',
    {
      config: { ...open, rateClass: 'credential', audits: unaudited.beginsCeremony },
      schema: {
        params: z.object({ providerId: id }),
        querystring: z.strictObject({ returnTo: returnPath.default('/'), device: userCode.optional() }),
      },
    },
    async (request, reply) => {
      const { returnTo, device } = request.query
      const { location, browser } = await beginSignIn(deps, {
        providerId: request.params.providerId,
        returnTo,
        deviceHash: device === undefined ? null : hashUserCode(deps.hashCredential, device),
        redirectUri: deps.redirectUri(request),
        cookie: request.cookies[cookieName],
      })
      // Lax: the provider sends the browser back from another site.
      const lasting = { path: '/', httpOnly: true, secure: deps.cookies.secure, sameSite: 'lax' } as const
      reply.setCookie(cookieName, browser, { ...lasting, maxAge: transactionLifetimeMs / 1000 })
      if (device !== undefined)
        reply.setCookie(deviceCookie, device, { ...lasting, maxAge: transactionLifetimeMs / 1000 })
      return reply.redirect(location.href, 303)
    },
  )
  http.get(callbackPath, { config: { ...open, audits: callbackAudits } }, async (request, reply) => {
    const answer = new URL(request.url, deps.publicOrigin(request))
    const { session, transaction } = await endSignIn(
      deps,
      { answer, cookie: request.cookies[cookieName] },
      originOf(request),
    )
    answerSession(deps.cookies, reply, session)
    if (transaction.deviceHash === null) return reply.redirect(transaction.returnTo, 303)
    reply.clearCookie(deviceCookie, { path: '/' })
    const code = request.cookies[deviceCookie]
    if (code === undefined || !hashUserCode(deps.hashCredential, code).equals(transaction.deviceHash)) {
      throw new ProblemError('invalid_code')
    }
    const asked = await withTenant(deps.db, transaction.tenantId, (tx) => findDeviceRequest(tx, transaction.deviceHash))
    return confirmationPage(reply, { code, asked, tenant: transaction.slug })
  })
}

/** Where a browser ends its session at the provider, once it has ended the one here; null where there is no such place. */
async function providerSignOut(deps: FederationRouteDependencies, request: FastifyRequest): Promise<string | null> {
  const { principal } = callerOf(request)
  const access = await withTenant(deps.db, principal.tenantId, async (tx) => {
    const providerId = await providerOfSession(tx, principal)
    return providerId === null ? null : accessOf(deps, tx, await readProvider(tx, principal.tenantId, providerId))
  })
  if (access === null) return null
  try {
    const configuration = await deps.clients.of(access)
    if (configuration.serverMetadata().end_session_endpoint === undefined) return null
    return buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${deps.publicOrigin(request)}/` }).href
  } catch (error) {
    // A provider that is down doesn't keep anybody signed in here.
    if (error instanceof ProblemError && error.code === 'provider_unavailable') return null
    throw error
  }
}
