import type { Role } from '@afterai/contract'
import { type ProviderUser, startOidcProvider, type TestOidcProvider } from '@afterai/testing'
import { openBrowser, type BrowserClient } from './browser-client.ts'
import { type Answer, startTestServer, type TestServer } from './test-server.ts'

/** A listening server whose first tenant has a real OpenID provider. */
export interface FederatedServer {
  readonly server: TestServer
  readonly origin: string
  readonly provider: TestOidcProvider
  /** Of the tenant `acme`. */
  readonly providerId: string
  signIn(subject: string, browser?: BrowserClient): Promise<SignedIn>
  me(token: string | undefined): Promise<Answer<{ role: Role; accountId: string; tenants: unknown[] }>>
  stop(): Promise<void>
}

/** How a sign-in ended. */
export interface SignedIn {
  readonly browser: BrowserClient
  readonly status: number
  readonly location: string | null
  readonly text: string
  readonly token: string | undefined
}

/** Who the test provider knows. */
export const users: readonly ProviderUser[] = [
  { subject: 'ada', email: 'ada@corp.example', emailVerified: true, name: 'Ada', groups: ['ai-leads'] },
  { subject: 'bo', email: 'bo@corp.example', emailVerified: true, name: 'Bo', groups: ['staff'] },
  { subject: 'cy', email: 'cy@corp.example', emailVerified: true, name: 'Cy', groups: [] },
]

/** Settings that let the people of the test provider in. */
export const settings = {
  name: 'Corp',
  allowedDomains: ['corp.example'],
  roleMapping: [
    { group: 'admins', role: 'admin' },
    { group: 'ai-leads', role: 'approver' },
    { group: 'staff', role: 'member' },
  ],
}

/** Starts both. */
export async function startFederatedServer(): Promise<FederatedServer> {
  const server = await startTestServer({ publicUrl: undefined })
  const origin = (await server.http.listen({ host: '127.0.0.1', port: 0 })).replace(/\/$/, '')
  const redirectUris = [`${origin}/v1/oidc/callback`]
  const provider = await startOidcProvider({
    redirectUris,
    postLogoutRedirectUris: [`${origin}/`],
    users: users.map((it) => ({ ...it })),
  })
  const { issuer, client } = provider
  const body = { ...settings, issuer, clientId: client.id, clientSecret: client.secret }
  const { token } = server.admin
  const { id: providerId } = await server.expectOk<{ id: string }>({
    method: 'POST',
    path: '/v1/identity-providers',
    token,
    body,
  })
  return {
    server,
    origin,
    provider,
    providerId,
    async signIn(subject, browser = openBrowser()) {
      provider.actAs(subject)
      const { url } = await browser.follow(
        `${origin}/v1/oidc/${providerId}/start`,
        ({ pathname }) => pathname === '/v1/oidc/callback',
      )
      return callBack(browser, url.href)
    },
    me: (sessionToken) => server.send({ path: '/v1/me', token: sessionToken }),
    async stop() {
      await provider.stop()
      await server.stop()
    },
  }
}

/** Brings the provider's answer back to the server. */
export async function callBack(browser: BrowserClient, url: string): Promise<SignedIn> {
  browser.cookies.delete('afterai_session')
  const response = await browser.go(url)
  return {
    browser,
    status: response.status,
    location: response.headers.get('location'),
    text: await response.text(),
    token: browser.cookies.get('afterai_session'),
  }
}
