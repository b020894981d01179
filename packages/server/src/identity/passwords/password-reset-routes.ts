import { completePasswordResetRequest, id, noBody, offeredResetView, passwordResetRequest } from '@afterai/contract'
import { z } from 'zod'
import type { Http } from '../../platform/http-application.ts'
import { inTenant } from '../../access/index.ts'
import { originOf } from '../sessions/session-cookies.ts'
import {
  completePasswordReset,
  offerPasswordReset,
  requestPasswordReset,
  type ResetDependencies,
} from './password-reset-service.ts'

const one = z.object({ accountId: id })
const empty = z.strictObject({})

/** Passwords that are forgotten. Asking for a code says the same whatever happens. */
export function passwordResetRoutes(http: Http, deps: ResetDependencies): void {
  const run = inTenant(deps.db)
  const open = { permission: 'public' } as const

  http.post(
    '/v1/password-resets',
    {
      config: { ...open, audits: ['password_reset.request'] },
      schema: { body: passwordResetRequest, response: { 202: empty } },
    },
    async (request, reply) => {
      await requestPasswordReset(deps, request.body.email, originOf(request))
      return reply.code(202).send({})
    },
  )
  http.post(
    '/v1/password-resets/complete',
    {
      config: { ...open, audits: ['password_reset.complete'] },
      schema: { body: completePasswordResetRequest, response: { 204: z.null() } },
    },
    async (request, reply) => {
      await completePasswordReset(deps, request.body, originOf(request))
      return reply.code(204).send(null)
    },
  )
  for (const [path, permission, isMember] of [
    ['/v1/members/:accountId/password-reset', 'member:write', true],
    ['/v1/accounts/:accountId/password-reset', 'tenant:operate', false],
  ] as const) {
    http.post(
      path,
      {
        config: { permission, stepUp: true, audits: ['password_reset.offer'] },
        schema: { params: one, body: noBody, response: { 201: offeredResetView } },
      },
      async (request, reply) => {
        const { accountId } = request.params
        const offered = await run(request, (tx, caller) =>
          offerPasswordReset(deps, tx, { caller, accountId, isMember }),
        )
        return reply.code(201).send(offered)
      },
    )
  }
}
