import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Configuration, Provider } from 'oidc-provider'

/** A person whom the provider knows. */
export interface ProviderUser {
  readonly subject: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly name?: string
  readonly preferredUsername?: string
  groups: readonly string[]
}

/** A real OpenID provider on loopback, whose people sign in without being asked. */
export interface TestOidcProvider {
  readonly issuer: string
  readonly users: Map<string, ProviderUser>
  readonly client: { readonly id: string; readonly secret: string }
  /** Who is at the browser: the next sign-in is theirs. */
  actAs(subject: string): void
  stop(): Promise<void>
}

/** Options of the provider. */
export interface TestOidcProviderOptions {
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris?: readonly string[]
  readonly users: readonly ProviderUser[]
}

/** Starts one. Its interactions are replaced by the programmatic choice of `actAs`; everything else is the library's. */
export async function startOidcProvider(options: TestOidcProviderOptions): Promise<TestOidcProvider> {
  const users = new Map(options.users.map((user) => [user.subject, user]))
  const client = { id: 'afterai', secret: 'the-client-secret-of-the-test-provider' }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let current = options.users[0]?.subject ?? ''
  const provider = new Provider(issuer, configurationOf(options, { users, client }))
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true)
      void signIn(provider, { request, response, accountId: current })
    else void handle(request, response)
  })
  return {
    issuer,
    users,
    client,
    actAs(subject) {
      current = subject
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type Known = Pick<TestOidcProvider, 'users' | 'client'>

function configurationOf(options: TestOidcProviderOptions, { users, client }: Known): Configuration {
  return {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [...options.redirectUris],
        post_logout_redirect_uris: [...(options.postLogoutRedirectUris ?? [])],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username', 'groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ['of the test provider'] },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, subject) => {
      const user = users.get(subject)
      if (user === undefined) return undefined
      return { accountId: subject, claims: () => claimsOf(user) }
    },
  }
}

function claimsOf({ subject, email, emailVerified, name, preferredUsername, groups }: ProviderUser) {
  const called = { name, preferred_username: preferredUsername }
  return { sub: subject, email, email_verified: emailVerified, ...called, groups: [...groups] }
}

type Interaction = Parameters<Provider['interactionDetails']>

async function signIn(
  provider: Provider,
  { request, response, accountId }: { request: Interaction[0]; response: Interaction[1]; accountId: string },
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId } })
  const grant = new provider.Grant({
    accountId: session?.accountId ?? accountId,
    clientId: String(params['client_id']),
  })
  grant.addOIDCScope(String(params['scope']))
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}
