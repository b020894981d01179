import { createdInvitationView, id, invitationView, inviteRequest, noBody, page, pageQuery } from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { readCursor, toPage } from '../../platform/page.ts'
import { inTenant, inTenantOnce } from '../../access/index.ts'
import {
  type InvitationDependencies,
  inviteAs,
  readInvitations,
  resendInvitation,
  revokeInvitation,
  viewInvitation,
} from './invitation-service.ts'

const one = z.object({ id })

/** Invitations of a tenant. Answers that may hold a code are never kept for a retry. */
export function invitationRoutes(http: Http, deps: InvitationDependencies & { readonly db: Database }): void {
  const run = inTenant(deps.db)
  const change = inTenantOnce(deps.db)
  const config = { permission: 'member:write' } as const
  const sensitive = { ...config, stepUp: true } as const

  http.get(
    '/v1/invitations',
    {
      config: { ...config, audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(invitationView) } },
    },
    (request) =>
      run(request, async (tx, { principal }) => {
        const { limit, cursor } = request.query
        const before = readCursor(cursor)
        const rows = await readInvitations(tx, principal.tenantId, { before, most: limit + 1 })
        const subjects = rows.map((row) => row.id)
        const mails = await deps.mail?.statesOf(tx, subjects)
        return toPage(rows, limit, (row) => viewInvitation(row, mails?.get(row.id)))
      }),
  )
  http.post(
    '/v1/invitations',
    {
      config: { ...sensitive, audits: ['member.invite'] },
      schema: { body: inviteRequest, response: { 201: createdInvitationView } },
    },
    async (request, reply) =>
      reply.code(201).send(await run(request, (tx, caller) => inviteAs(deps, tx, { caller, ...request.body }))),
  )
  http.post(
    '/v1/invitations/:id/resend',
    {
      config: { ...sensitive, audits: ['member.invite_again'] },
      schema: { params: one, body: noBody, response: { 200: createdInvitationView } },
    },
    (request) => run(request, (tx, caller) => resendInvitation(deps, tx, { caller, ...request.params })),
  )
  http.delete(
    '/v1/invitations/:id',
    {
      config: { ...config, audits: ['member.revoke_invitation'] },
      schema: { params: one, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await change(request, (tx, caller) => revokeInvitation(deps, tx, { caller, ...request.params }))
      return reply.code(204).send(null)
    },
  )
}
