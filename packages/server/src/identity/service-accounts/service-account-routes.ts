import {
  changeServiceAccountRequest,
  id,
  memberView,
  noBody,
  page,
  pageQuery,
  type Role,
  serviceAccountRequest,
} from '@afterai/contract'
import { z } from 'zod'
import { type Audit, unaudited } from '../../audit/index.ts'
import type { Database, Transaction } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { newId } from '../../platform/ids.ts'
import { readCursor, toPage } from '../../platform/page.ts'
import { type Caller, inTenant, inTenantOnce } from '../../access/index.ts'
import { addMember } from '../enrolment-service.ts'
import { createAccount } from '../entry-functions.ts'
import {
  changeRole,
  findMember,
  readMembers,
  removeMember,
  renameServiceAccount,
  setMemberDisabled,
  viewMember,
} from '../members/member-service.ts'

const one = z.object({ accountId: id })
const answer = { 200: memberView }

/** Service accounts: members that are machines. They sign in with API keys alone, and are never admins or approvers. */
export function serviceAccountRoutes(http: Http, deps: { readonly db: Database; readonly audit: Audit }): void {
  const read = inTenant(deps.db)
  const change = inTenantOnce(deps.db)
  const config = { permission: 'member:write', stepUp: true } as const

  http.get(
    '/v1/service-accounts',
    {
      config: { permission: 'member:read', audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(memberView) } },
    },
    (request) =>
      read(request, async (tx, { principal }) => {
        const { limit, cursor } = request.query
        const rows = await readMembers(tx, principal, { kind: 'service', before: readCursor(cursor), most: limit + 1 })
        const identified = rows.map((row) => ({ ...row, id: row.account_id }))
        return toPage(identified, limit, (row) => viewMember(principal, row))
      }),
  )
  http.post(
    '/v1/service-accounts',
    {
      config: { ...config, audits: ['service_account.create'] },
      schema: { body: serviceAccountRequest, response: { 201: memberView } },
    },
    async (request, reply) =>
      reply.code(201).send(await change(request, (tx, caller) => create(deps, tx, { caller, ...request.body }))),
  )
  http.put(
    '/v1/service-accounts/:accountId',
    {
      config: { ...config, audits: ['service_account.change_role', 'service_account.rename'] },
      schema: { params: one, body: changeServiceAccountRequest, response: answer },
    },
    (request) =>
      change(request, async (tx, caller) => {
        const { accountId } = request.params
        const { name, role } = request.body
        if (name !== undefined) await renameServiceAccount(deps, tx, { caller, accountId, name })
        if (role !== undefined) await changeRole(deps, tx, { caller, accountId, kind: 'service', role })
        return viewMember(caller.principal, await findMember(tx, caller.principal, accountId, 'service'))
      }),
  )
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    http.post(
      `/v1/service-accounts/:accountId/${verb}`,
      {
        config: { ...config, audits: [`service_account.${verb}`] },
        schema: { params: one, body: noBody, response: answer },
      },
      (request) =>
        change(request, (tx, caller) =>
          setMemberDisabled(deps, tx, { caller, kind: 'service', ...request.params, disabled }),
        ),
    )
  }
  http.delete(
    '/v1/service-accounts/:accountId',
    { config: { ...config, audits: ['service_account.remove'] }, schema: { params: one, response: { 204: z.null() } } },
    async (request, reply) => {
      await change(request, (tx, caller) => removeMember(deps, tx, { caller, kind: 'service', ...request.params }))
      return reply.code(204).send(null)
    },
  )
}

async function create(
  { audit }: { readonly audit: Audit },
  tx: Transaction,
  { caller: { principal, actor }, name, role }: { caller: Caller; name: string; role: Role },
) {
  const accountId = newId()
  await createAccount(tx, { id: accountId, kind: 'service', email: null, name, passwordHash: null })
  await addMember(tx, { tenantId: principal.tenantId, accountId, role, name, email: null })
  await audit(tx, actor, { action: 'service_account.create', resource: `account/${accountId}`, details: { role } })
  return viewMember(principal, await findMember(tx, principal, accountId, 'service'))
}
