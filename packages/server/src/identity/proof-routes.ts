import {
  nothingMore,
  openedSession,
  passkeyOptions,
  passkeySignInRequest,
  ProblemError,
  secondFactorOptionsRequest,
  secondFactorRequest,
  sessionHeaders,
  stepUpRequest,
} from '@afterai/contract'
import { unaudited } from '../audit/index.ts'
import { withTenant } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { callerOf, type SessionCookies } from '../access/index.ts'
import { assertionOptions } from './passkeys/passkey-ceremony.ts'
import { knownPasskeys } from './passkeys/passkey-service.ts'
import { signInByPasskey } from './passkeys/passkey-sign-in.ts'
import { completeSignIn, type FactorDependencies } from './second-factor/complete-sign-in.ts'
import { findTicket } from './second-factor/sign-in-ticket.ts'
import { answerSession, originOf } from './sessions/session-cookies.ts'
import { sessionOpened } from './sessions/session-service.ts'
import { stepUp } from './step-up/step-up.ts'

/** Proving who one is by more than a password: the second factor of a sign-in, a passkey alone, and again within a session. */
export function proofRoutes(http: Http, deps: FactorDependencies & { readonly cookies: SessionCookies }): void {
  const open = { permission: 'public' } as const
  const own = { permission: 'session:own', acrossTenants: true } as const
  const opened = { 200: openedSession }
  const headers = sessionHeaders
  const options = { 200: passkeyOptions }

  http.post(
    '/v1/session/second-factor',
    {
      config: {
        ...open,
        audits: {
          events: ['member.join', ...sessionOpened],
          instead: ['session.second_factor', 'session.sign_in', 'passkey.count_regressed'],
        },
      },
      schema: { headers, body: secondFactorRequest, response: opened },
    },
    async (request, reply) =>
      answerSession(deps.cookies, reply, await completeSignIn(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/second-factor/passkey-options',
    {
      config: { ...open, audits: unaudited.beginsCeremony },
      schema: { body: secondFactorOptionsRequest, response: options },
    },
    async (request) => {
      const found = await findTicket(deps.db, deps.hashCredential(request.body.ticket))
      if (found === undefined) throw new ProblemError('sign_in_expired')
      const { tenant_id: tenantId, account_id: accountId } = found
      const known = await withTenant(deps.db, tenantId, (tx) => knownPasskeys(tx, accountId))
      return assertionOptions(deps, { purpose: 'second_factor', accountId }, known)
    },
  )
  http.post(
    '/v1/session/passkey-options',
    // It takes no credential, and every sign-in page asks it when it opens: it must not use up the guesses of a whole company's address.
    {
      config: { ...open, rateClass: 'write', audits: unaudited.beginsCeremony },
      schema: { body: nothingMore, response: options },
    },
    () => assertionOptions(deps, { purpose: 'sign_in', accountId: null }, []),
  )
  http.post(
    '/v1/session/passkey',
    {
      config: {
        ...open,
        audits: { events: [...sessionOpened], instead: ['session.sign_in', 'passkey.count_regressed'] },
      },
      schema: { headers, body: passkeySignInRequest, response: opened },
    },
    async (request, reply) =>
      answerSession(deps.cookies, reply, await signInByPasskey(deps, request.body, originOf(request))),
  )
  http.post(
    '/v1/session/step-up/passkey-options',
    { config: { ...own, audits: unaudited.beginsCeremony }, schema: { body: nothingMore, response: options } },
    async (request) => {
      const { accountId, tenantId } = callerOf(request).principal
      const known = await withTenant(deps.db, tenantId, (tx) => knownPasskeys(tx, accountId))
      return assertionOptions(deps, { purpose: 'step_up', accountId }, known)
    },
  )
  http.post(
    '/v1/session/step-up',
    {
      config: {
        ...own,
        rateClass: 'credential',
        audits: {
          events: ['session.end', 'session.step_up', ...sessionOpened],
          instead: ['session.sign_in', 'passkey.count_regressed'],
        },
      },
      schema: { headers, body: stepUpRequest, response: opened },
    },
    async (request, reply) => {
      const proof = { proof: request.body, origin: originOf(request) }
      return answerSession(deps.cookies, reply, await stepUp(deps, callerOf(request), proof))
    },
  )
}
