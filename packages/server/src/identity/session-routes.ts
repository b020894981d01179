import {
  acceptInvitationRequest,
  meView,
  ProblemError,
  refreshRequest,
  type Session,
  sessionView,
  setupRequest,
  signInRequest,
  switchRequest,
} from '@afterai/contract'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Http } from '../platform/http.ts'
import { callerOf } from './access.ts'
import { refuseCrossOrigin } from './authenticate.ts'
import { acceptInvitation, type EnrolmentDependencies, setUp } from './enrolment-service.ts'
import { accountTenants } from './entry-functions.ts'
import { isProviderSession } from './federation/enforced-sign-on.ts'
import { permissionsHeld } from './principal.ts'
import { type CookieOptions, originOf, withCookies, withoutCookies } from './session-cookies.ts'
import { endSession, refreshSession, signIn, switchTenant } from './session-service.ts'

/** Signing in and out, and the two ways to become a member: the set-up code and an invitation. */
export function sessionRoutes(http: Http, deps: EnrolmentDependencies & { readonly cookies: CookieOptions }): void {
  const open = { permission: 'public' } as const
  const own = { permission: 'session:own' } as const
  const opened = { 200: sessionView }
  const answer = (reply: FastifyReply, session: Session) => withCookies(deps.cookies, reply, session)

  http.post('/v1/setup', { config: open, schema: { body: setupRequest, response: opened } }, async (request, reply) =>
    answer(reply, await setUp(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session',
    { config: open, schema: { body: signInRequest, response: opened } },
    async (request, reply) => answer(reply, await signIn(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/refresh',
    { config: open, schema: { body: refreshRequest.partial().nullish(), response: opened } },
    async (request, reply) => {
      const handle = request.body?.refreshHandle ?? request.cookies[deps.cookies.refreshCookie]
      if (handle === undefined) throw new ProblemError('unauthenticated')
      if (request.body?.refreshHandle === undefined) refuseCrossOrigin(request)
      return answer(reply, await refreshSession(deps, handle, originOf(request)))
    },
  )
  http.post(
    '/v1/invitations/accept',
    { config: open, schema: { body: acceptInvitationRequest, response: opened } },
    async (request, reply) => answer(reply, await acceptInvitation(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/switch',
    { config: own, schema: { body: switchRequest, response: opened } },
    async (request, reply) => answer(reply, await switchTenant(deps, callerOf(request), request.body.tenant)),
  )
  http.delete('/v1/session', { config: own, schema: { response: { 204: z.null() } } }, async (request, reply) => {
    const { principal, actor } = callerOf(request)
    await endSession(deps, actor, principal.credentialId)
    withoutCookies(deps.cookies, reply)
    return reply.code(204).send(null)
  })
  http.get('/v1/me', { config: { permission: 'me:read' }, schema: { response: { 200: meView } } }, async (request) => {
    const { principal } = callerOf(request)
    const tenants = await accountTenants(deps.db, principal.accountId)
    const tenant = tenants.find(({ id }) => id === principal.tenantId)
    if (tenant === undefined) throw new ProblemError('session_revoked')
    const { accountId, name, kind, role, credential } = principal
    // Neither a key nor a provider's session reaches beyond its tenant, so neither is told of others.
    const ofOneTenant = principal.credential === 'api_key' || (await isProviderSession(deps.db, principal))
    const shown = ofOneTenant ? [tenant] : tenants
    return { accountId, name, kind, role, credential, permissions: permissionsHeld(principal), tenant, tenants: shown }
  })
}
