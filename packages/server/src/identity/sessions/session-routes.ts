import {
  acceptInvitationRequest,
  type BrowserSession,
  meView,
  openedSession,
  ProblemError,
  refreshRequest,
  type SecondFactorChallenge,
  secondFactorChallenge,
  type Session,
  sessionHeaders,
  setupRequest,
  signInRequest,
  switchRequest,
  type TenantView,
} from '@afterai/contract'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { askTogether } from '../../platform/together.ts'
import {
  callerOf,
  isCrossOrigin,
  permissionsHeld,
  type Principal,
  providerIn,
  selectProvider,
  type SessionCookies,
} from '../../access/index.ts'
import { acceptInvitation, type EnrolmentDependencies, setUp } from '../enrolment-service.ts'
import { selectAccountTenants, toTenantView } from '../entry-functions.ts'
import { answerSession, originOf, withoutCookies } from './session-cookies.ts'
import { signIn } from './password-sign-in.ts'
import { endSession, refreshSession, sessionOpened, switchTenant } from './session-service.ts'

/** Signing in and out, and the two ways to become a member: the set-up code and an invitation. */
export function sessionRoutes(
  http: Http,
  deps: EnrolmentDependencies & { readonly cookies: SessionCookies; readonly publicOrigin: string | undefined },
): void {
  const open = { permission: 'public', rateClass: 'credential' } as const
  const own = { permission: 'session:own' } as const
  const opened = { 200: openedSession }
  const openedOrAsked = { 200: openedSession, 202: secondFactorChallenge }
  const headers = sessionHeaders
  const answer = (reply: FastifyReply, session: Session): Session | BrowserSession =>
    answerSession(deps.cookies, reply, session)
  const answerOrAsk = (reply: FastifyReply, outcome: Session | SecondFactorChallenge) =>
    'ticket' in outcome ? reply.code(202).send(outcome) : reply.send(answer(reply, outcome))

  http.post(
    '/v1/setup',
    {
      config: { ...open, audits: ['instance.set_up', 'operator.join', 'session.open', 'tenant.create'] },
      schema: { headers, body: setupRequest, response: opened },
    },
    async (request, reply) => answer(reply, await setUp(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session',
    {
      config: {
        ...open,
        audits: { events: [...sessionOpened], instead: ['session.sign_in', 'session.ask_second_factor'] },
      },
      schema: { headers, body: signInRequest, response: openedOrAsked },
    },
    async (request, reply) => answerOrAsk(reply, await signIn(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/refresh',
    // Its handle can't be guessed, and a whole company's consoles come here from one address.
    {
      config: {
        permission: 'public',
        rateClass: 'write',
        audits: { events: ['session.refresh'], instead: ['session.refresh_reused'] },
      },
      schema: { headers, body: refreshRequest.partial().nullish(), response: opened },
    },
    async (request, reply) => {
      const handle = request.body?.refreshHandle ?? request.cookies[deps.cookies.refreshCookie]
      if (handle === undefined) throw new ProblemError('unauthenticated')
      const broughtByCookie = request.body?.refreshHandle === undefined
      const isElsewhere = broughtByCookie && isCrossOrigin(request, deps.publicOrigin)
      const session = await refreshSession(deps, { handle, isElsewhere }, originOf(request))
      return answerSession(deps.cookies, reply, session, { broughtByCookie })
    },
  )
  http.post(
    '/v1/invitations/accept',
    {
      config: {
        ...open,
        audits: { events: ['member.join', 'session.open'], instead: ['session.sign_in', 'session.ask_second_factor'] },
      },
      schema: { headers, body: acceptInvitationRequest, response: openedOrAsked },
    },
    async (request, reply) => answerOrAsk(reply, await acceptInvitation(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/switch',
    {
      config: {
        ...own,
        acrossTenants: true,
        audits: { events: ['session.end', ...sessionOpened], instead: ['session.sign_in'] },
      },
      schema: { headers, body: switchRequest, response: opened },
    },
    async (request, reply) => {
      const { principal, actor } = callerOf(request)
      const there = { principal, actor: { ...actor, ...originOf(request) } }
      return answer(reply, await switchTenant(deps, there, request.body.tenant))
    },
  )
  http.delete(
    '/v1/session',
    { config: { ...own, audits: ['session.end'] }, schema: { response: { 204: z.null() } } },
    async (request, reply) => {
      const { principal, actor } = callerOf(request)
      await endSession(deps, actor, principal.credentialId)
      withoutCookies(deps.cookies, reply)
      return reply.code(204).send(null)
    },
  )
  http.get(
    '/v1/me',
    { config: { permission: 'me:read', audits: unaudited.ownIdentity }, schema: { response: { 200: meView } } },
    async (request) => {
      const { principal } = callerOf(request)
      const { accountId, name, kind, role, credential } = principal
      const shown = await tenantsShownTo(deps.db, principal)
      return { accountId, name, kind, role, credential, permissions: permissionsHeld(principal), ...shown }
    },
  )
}

/** The tenant of a principal, and those that they are told of. @throws ProblemError `session_revoked` */
async function tenantsShownTo(
  db: Database,
  principal: Principal,
): Promise<{ tenant: TenantView; tenants: TenantView[] }> {
  const as = { role: 'afterai_app', tenantId: principal.tenantId } as const
  const [rows, sessions] = await askTogether(db, as, [
    selectAccountTenants(db, principal.accountId),
    selectProvider(db, principal),
  ])
  const tenants = rows.map(toTenantView)
  const tenant = tenants.find(({ id }) => id === principal.tenantId)
  if (tenant === undefined) throw new ProblemError('session_revoked')
  // Neither a key nor a provider's session reaches beyond its tenant, so neither is told of others.
  const ofOneTenant = principal.credential === 'api_key' || providerIn(sessions) !== null
  return { tenant, tenants: ofOneTenant ? [tenant] : tenants }
}
