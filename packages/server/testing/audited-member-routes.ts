import { type AuditedRoute, by, type Doing } from './audited-route.ts'
import type { Person, TestServer } from './test-server.ts'

/** The server, people and names that the table of audited routes shares with its parts. */
export interface AuditTable {
  readonly server: () => TestServer
  readonly author: () => Person
  readonly someone: () => Promise<Person>
  readonly fresh: (word: string) => string
}

/** Members, invitations, keys and what operators do. */
export function memberRows({ server, author, someone, fresh }: AuditTable): Record<string, AuditedRoute> {
  const admin = (method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) =>
    by(server().admin, method, path, body)
  const machine = async (): Promise<string> => {
    const body = { name: fresh('machine'), role: 'viewer' }
    const path = '/v1/service-accounts'
    const made = server().expectOk<{ accountId: string }>({ method: 'POST', path, token: server().admin.token, body })
    return (await made).accountId
  }
  const disabled = async (path: string): Promise<string> => {
    await server().expectOk({ method: 'POST', path: `${path}/disable`, token: server().admin.token })
    return path
  }
  const member = async (): Promise<string> => `/v1/members/${(await someone()).accountId}`
  const account = async (): Promise<string> => `/v1/service-accounts/${await machine()}`
  const invitation = async (): Promise<string> => {
    const body = { email: `${fresh('invited')}@acme.example`, role: 'viewer' }
    const path = '/v1/invitations'
    const made = server().expectOk<{ id: string }>({ method: 'POST', path, token: server().admin.token, body })
    return `${path}/${(await made).id}`
  }
  const key = async (): Promise<string> => `/v1/api-keys/${(await server().addKey(author(), ['system:read'])).id}`
  const operated = async (path: string, body?: unknown): Promise<Doing> =>
    by(await server().operator(), 'POST', path, body)
  const suspended = async (): Promise<string> => {
    const { id } = await server().addTenant(fresh('tenant'))
    await server().owner.query('update tenant set suspended_at = now() where id = $1', [id])
    return id
  }
  return {
    'PUT /v1/members/:accountId': {
      actions: ['member.change_role'],
      prepare: async () => admin('PUT', await member(), { role: 'viewer' }),
    },
    'POST /v1/members/:accountId/disable': {
      actions: ['member.disable'],
      prepare: async () => admin('POST', `${await member()}/disable`),
    },
    'POST /v1/members/:accountId/enable': {
      actions: ['member.enable'],
      prepare: async () => admin('POST', `${await disabled(await member())}/enable`),
    },
    'DELETE /v1/members/:accountId': {
      actions: ['member.remove'],
      prepare: async () => admin('DELETE', await member()),
    },
    'POST /v1/members/:accountId/password-reset': {
      actions: ['password_reset.offer'],
      prepare: async () => admin('POST', `${await member()}/password-reset`),
    },
    'PUT /v1/service-accounts/:accountId': {
      actions: ['service_account.change_role', 'service_account.rename'],
      prepare: async () => admin('PUT', await account(), { name: fresh('robot'), role: 'member' }),
    },
    'POST /v1/service-accounts/:accountId/disable': {
      actions: ['service_account.disable'],
      prepare: async () => admin('POST', `${await account()}/disable`),
    },
    'POST /v1/service-accounts/:accountId/enable': {
      actions: ['service_account.enable'],
      prepare: async () => admin('POST', `${await disabled(await account())}/enable`),
    },
    'DELETE /v1/service-accounts/:accountId': {
      actions: ['service_account.remove'],
      prepare: async () => admin('DELETE', await account()),
    },
    'POST /v1/invitations/:id/resend': {
      actions: ['member.invite_again'],
      prepare: async () => admin('POST', `${await invitation()}/resend`),
    },
    'DELETE /v1/invitations/:id': {
      actions: ['member.revoke_invitation'],
      prepare: async () => admin('DELETE', await invitation()),
    },
    'PUT /v1/api-keys/:id': {
      actions: ['api_key.change'],
      prepare: async () => by(author(), 'PUT', await key(), { name: 'another' }),
    },
    'POST /v1/api-keys/:id/rotate': {
      actions: ['api_key.rotate'],
      prepare: async () => by(author(), 'POST', `${await key()}/rotate`, { overlapHours: 1 }),
    },
    'POST /v1/password-resets': {
      actions: ['password_reset.request'],
      prepare: async () => ({
        request: { method: 'POST', path: '/v1/password-resets', body: { email: author().email } },
        credential: 'none',
        byNobody: true,
      }),
    },
    'POST /v1/password-resets/complete': {
      // Once in the operators' trail, once in the account's tenant.
      actions: ['password_reset.complete', 'password_reset.complete'],
      prepare: async () => {
        const { accountId: actorId } = await someone()
        const path = `/v1/members/${actorId}/password-reset`
        const offer = { method: 'POST', path, token: server().admin.token } as const
        const { code } = await server().expectOk<{ code: string }>(offer)
        const body = { code, password: 'copper-meadow-77-signal' }
        return {
          request: { method: 'POST', path: '/v1/password-resets/complete', body },
          actorId,
          credential: 'reset_code',
        }
      },
    },
    'POST /v1/tenants': {
      actions: ['member.invite', 'operator.create_tenant', 'tenant.create'],
      prepare: async () => {
        const slug = fresh('customer')
        return operated('/v1/tenants', { slug, name: slug, adminEmail: `ada@${slug}.example` })
      },
    },
    'POST /v1/tenants/:id/suspend': {
      actions: ['tenant.suspend', 'tenant.suspend'],
      prepare: async () => operated(`/v1/tenants/${(await server().addTenant(fresh('tenant'))).id}/suspend`),
    },
    'POST /v1/tenants/:id/resume': {
      actions: ['tenant.resume', 'tenant.resume'],
      prepare: async () => operated(`/v1/tenants/${await suspended()}/resume`),
    },
    'POST /v1/accounts/:accountId/disable': {
      actions: ['account.disable', 'account.disable'],
      prepare: async () => operated(`/v1/accounts/${(await someone()).accountId}/disable`),
    },
    'POST /v1/accounts/:accountId/enable': {
      actions: ['account.enable', 'account.enable'],
      prepare: async () => {
        const { accountId } = await someone()
        await server().owner.query('update account set disabled_at = now() where id = $1', [accountId])
        return operated(`/v1/accounts/${accountId}/enable`)
      },
    },
    'POST /v1/accounts/:accountId/password-reset': {
      actions: ['password_reset.offer', 'password_reset.offer'],
      prepare: async () => operated(`/v1/accounts/${(await someone()).accountId}/password-reset`),
    },
  }
}
