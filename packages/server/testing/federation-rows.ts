import type { ProviderUser, TestOidcProvider } from '@afterai/testing'
import { type AuditedRoute, by } from './audited-route.ts'
import { openBrowser } from './browser-client.ts'
import type { Person, TestServer } from './test-server.ts'

/** Whom the provider knows. */
export const visitor: ProviderUser = {
  subject: 'visitor',
  email: 'visitor@corp.example',
  emailVerified: true,
  name: 'Visitor',
  groups: ['staff'],
}

/** The server, provider and people that the rows need, once they are there. */
export interface Given {
  readonly server: TestServer
  readonly provider: TestOidcProvider
  readonly author: Person
  readonly fresh: (word: string) => string
}

/** The rows of identity providers and of devices. */
export function federationRows(given: () => Given): Readonly<Record<string, AuditedRoute>> {
  const providerBody = () => {
    const { issuer, client } = given().provider
    const roleMapping = [{ group: 'staff', role: 'member' }]
    return { name: 'Corp', issuer, clientId: client.id, clientSecret: client.secret, createsMembers: true, roleMapping }
  }

  /** A provider of the tenant. One issuer is one provider, so an earlier one goes. */
  const newProvider = async (): Promise<string> => {
    await given().server.owner.query('delete from identity_provider')
    const path = '/v1/identity-providers'
    const made = { method: 'POST', path, token: given().server.admin.token, body: providerBody() } as const
    return (await given().server.expectOk<{ id: string }>(made)).id
  }

  const device = (): Promise<{ deviceCode: string; userCode: string }> =>
    given().server.expectOk({ method: 'POST', path: '/v1/device-authorizations', body: {} })

  /** The provider's answer to a sign-in of somebody new, and the cookie of the browser that it goes to. */
  const answered = async (): Promise<{ path: string; cookie: string }> => {
    await given().server.owner.query('delete from membership where email = $1', [visitor.email])
    const begun = await given().server.send({ path: `/v1/oidc/${await newProvider()}/start` })
    given().provider.actAs(visitor.subject)
    const isBack = ({ pathname }: URL) => pathname === '/v1/oidc/callback'
    const { url } = await openBrowser().follow(String(begun.headers['location']), isBack)
    const [cookie = ''] = String(begun.headers['set-cookie']).split(';')
    return { path: url.pathname + url.search, cookie }
  }

  return {
    'GET /v1/oidc/callback': {
      actions: ['federated_identity.link', 'member.join', 'session.open'],
      prepare: async () => {
        const { path, cookie } = await answered()
        return { request: { path, headers: { cookie } }, credential: 'oidc' }
      },
    },
    'POST /v1/identity-providers': {
      actions: ['identity_provider.create'],
      prepare: async () => {
        await given().server.owner.query('delete from identity_provider')
        return by(given().server.admin, 'POST', '/v1/identity-providers', providerBody())
      },
    },
    'PUT /v1/identity-providers/:id': {
      actions: ['identity_provider.update'],
      prepare: async () =>
        by(given().server.admin, 'PUT', `/v1/identity-providers/${await newProvider()}`, { name: 'Other' }),
    },
    'DELETE /v1/identity-providers/:id': {
      actions: ['identity_provider.remove'],
      prepare: async () => by(given().server.admin, 'DELETE', `/v1/identity-providers/${await newProvider()}`),
    },
    'POST /v1/identity-providers/:id/test': {
      actions: ['identity_provider.test'],
      prepare: async () => by(given().server.admin, 'POST', `/v1/identity-providers/${await newProvider()}/test`),
    },
    'POST /v1/identity-providers/:id/identities': {
      actions: ['federated_identity.link'],
      prepare: async () => {
        const body = { subject: given().fresh('subject'), accountId: given().author.accountId }
        return by(given().server.admin, 'POST', `/v1/identity-providers/${await newProvider()}/identities`, body)
      },
    },
    'PUT /v1/break-glass-accounts/:accountId': {
      actions: ['break_glass.grant'],
      prepare: async () =>
        by(given().server.admin, 'PUT', `/v1/break-glass-accounts/${given().server.admin.accountId}`),
    },
    'DELETE /v1/break-glass-accounts/:accountId': {
      actions: ['break_glass.revoke'],
      prepare: async () =>
        by(given().server.admin, 'DELETE', `/v1/break-glass-accounts/${given().server.admin.accountId}`),
    },
    'POST /v1/device-authorizations/lookup': {
      actions: ['device_authorization.read'],
      prepare: async () => {
        const { userCode } = await device()
        return by(given().author, 'POST', '/v1/device-authorizations/lookup', { userCode })
      },
    },
    'POST /v1/device-authorizations/decision': {
      actions: ['device_authorization.approve'],
      prepare: async () => {
        const { userCode } = await device()
        return by(given().author, 'POST', '/v1/device-authorizations/decision', { userCode, verdict: 'approve' })
      },
    },
    'POST /v1/device-authorizations/token': {
      actions: ['session.open'],
      prepare: async () => {
        const { userCode, deviceCode } = await device()
        const body = { userCode, verdict: 'approve' }
        const path = '/v1/device-authorizations/decision'
        await given().server.expectOk({ method: 'POST', path, token: given().author.token, body })
        const request = { method: 'POST', path: '/v1/device-authorizations/token', body: { deviceCode } } as const
        return { request, actorId: given().author.accountId, credential: 'device' }
      },
    },
  }
}
