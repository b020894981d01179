import { changeRoleRequest, id, memberQuery, memberView, noBody, page } from '@afterai/contract'
import { z } from 'zod'
import { type Audit, unaudited } from '../../audit/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { inTenant, inTenantOnce } from '../../access/index.ts'
import { findMembers } from './member-search.ts'
import { changeRole, findMember, removeMember, setMemberDisabled, viewMember } from './member-service.ts'

const one = z.object({ accountId: id })
const answer = { 200: memberView }

/** The members of a tenant: people, and in the list its service accounts too. */
export function memberRoutes(http: Http, deps: { readonly db: Database; readonly audit: Audit }): void {
  const read = inTenant(deps.db)
  const change = inTenantOnce(deps.db)
  const config = { permission: 'member:write', stepUp: true } as const

  http.get(
    '/v1/members',
    {
      config: { permission: 'member:read', audits: unaudited.workingData },
      schema: { querystring: memberQuery, response: { 200: page(memberView) } },
    },
    (request) => read(request, (tx, { principal }) => findMembers(tx, principal, request.query)),
  )
  http.get(
    '/v1/members/:accountId',
    { config: { permission: 'member:read', audits: unaudited.workingData }, schema: { params: one, response: answer } },
    (request) =>
      read(request, async (tx, { principal }) =>
        viewMember(principal, await findMember(tx, principal, request.params.accountId)),
      ),
  )
  http.put(
    '/v1/members/:accountId',
    {
      config: { ...config, audits: ['member.change_role'] },
      schema: { params: one, body: changeRoleRequest, response: answer },
    },
    (request) =>
      change(request, (tx, caller) =>
        changeRole(deps, tx, { caller, kind: 'person', ...request.params, role: request.body.role }),
      ),
  )
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    http.post(
      `/v1/members/:accountId/${verb}`,
      { config: { ...config, audits: [`member.${verb}`] }, schema: { params: one, body: noBody, response: answer } },
      (request) =>
        change(request, (tx, caller) =>
          setMemberDisabled(deps, tx, { caller, kind: 'person', ...request.params, disabled }),
        ),
    )
  }
  http.delete(
    '/v1/members/:accountId',
    { config: { ...config, audits: ['member.remove'] }, schema: { params: one, response: { 204: z.null() } } },
    async (request, reply) => {
      await change(request, (tx, caller) => removeMember(deps, tx, { caller, kind: 'person', ...request.params }))
      return reply.code(204).send(null)
    },
  )
}
