import { id, page, sessionItemView, sessionStateView } from '@afterai/contract'
import { z } from 'zod'
import { type Audit, unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { inTenant } from '../../access/index.ts'
import {
  endMemberSessions,
  endOtherSessions,
  endOwnSession,
  listMemberSessions,
  listOwnSessions,
} from './own-sessions.ts'
import { readSessionState } from './session-state.ts'

const nothing = { 204: z.null() }
const sessions = { 200: page(sessionItemView) }

/** A person's own sessions, and those of a member for an admin to end. */
export function ownSessionRoutes(http: Http, deps: { db: Database; audit: Audit; sessionIdleMs: number }): void {
  const run = inTenant(deps.db)
  const own = { permission: 'session:own', acrossTenants: true } as const
  const ofMember = { permission: 'member:write' } as const
  const member = z.object({ accountId: id })

  http.get(
    '/v1/session',
    {
      config: { permission: 'session:own', looksOn: true, audits: unaudited.ownIdentity },
      schema: { response: { 200: sessionStateView } },
    },
    (request) => run(request, (tx, caller) => readSessionState(deps, tx, caller)),
  )
  http.get(
    '/v1/sessions',
    { config: { ...own, audits: unaudited.ownIdentity }, schema: { response: sessions } },
    (request) =>
      run(request, async (tx, caller) => ({ items: await listOwnSessions(deps, tx, caller), nextCursor: null })),
  )
  http.delete(
    '/v1/sessions/:id',
    { config: { ...own, audits: ['session.end'] }, schema: { params: z.object({ id }), response: nothing } },
    async (request, reply) => {
      await run(request, (tx, caller) => endOwnSession(deps.audit, tx, { caller, ...request.params }))
      return reply.code(204).send(null)
    },
  )
  http.delete(
    '/v1/sessions',
    { config: { ...own, audits: ['session.end_others'] }, schema: { response: nothing } },
    async (request, reply) => {
      await run(request, async (tx, { principal, actor }) => {
        const { accountId, credentialId: kept } = principal
        const sessionsEnded = await endOtherSessions(tx, { accountId, kept })
        await deps.audit(tx, actor, { action: 'session.end_others', details: { sessionsEnded } })
      })
      return reply.code(204).send(null)
    },
  )
  http.get(
    '/v1/members/:accountId/sessions',
    { config: { ...ofMember, audits: unaudited.workingData }, schema: { params: member, response: sessions } },
    (request) =>
      run(request, async (tx, caller) => ({
        items: await listMemberSessions(deps, tx, { caller, ...request.params }),
        nextCursor: null,
      })),
  )
  http.delete(
    '/v1/members/:accountId/sessions',
    { config: { ...ofMember, audits: ['member.end_sessions'] }, schema: { params: member, response: nothing } },
    async (request, reply) => {
      await run(request, (tx, { actor }) => endMemberSessions(deps.audit, tx, { actor, ...request.params }))
      return reply.code(204).send(null)
    },
  )
}
