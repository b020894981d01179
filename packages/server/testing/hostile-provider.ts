import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** A provider under an attacker's hand: it signs whatever a test wants. */
export interface HostileProvider {
  readonly issuer: string
  readonly client: { readonly id: string; readonly secret: string }
  /** Requests that its token endpoint was sent. */
  readonly tokenRequests: URLSearchParams[]
  /** The answer of its token endpoint: a token of the test's, or a way to fail; `error` until a test sets it. */
  answer: { idToken: string } | 'silence' | 'error' | 'redirect' | 'too much'
  /** A token of its own, right in all that isn't changed. */
  sign(claims: JWTPayload, changes?: { alg?: string; key?: CryptoKey | Uint8Array }): Promise<string>
  stop(): Promise<void>
}

/** Starts one on loopback. */
export async function startHostileProvider(metadata: Readonly<Record<string, unknown>> = {}): Promise<HostileProvider> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one', use: 'sig' }
  const tokenRequests: URLSearchParams[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { id: 'afterai-there', secret: 'a-secret-that-the-hostile-provider-knows' }
  const provider: HostileProvider = {
    issuer,
    client,
    tokenRequests,
    answer: 'error',
    sign: (claims, { alg = 'ES256', key = privateKey } = {}) =>
      new SignJWT({ iss: issuer, aud: client.id, sub: 'mallory', ...claims })
        .setProtectedHeader({ alg, kid: 'one' })
        .setIssuedAt()
        .setExpirationTime(claims.exp ?? '5m')
        .sign(key),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  const described = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
    authorization_response_iss_parameter_supported: true,
    ...metadata,
  }
  server.on('request', (request, response) => {
    const json = (value: unknown, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.url === '/.well-known/openid-configuration') return json(described)
    if (request.url === '/jwks') return json({ keys: [jwk] })
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      tokenRequests.push(new URLSearchParams(body))
      const { answer } = provider
      if (answer === 'silence') return undefined
      if (answer === 'error') return json({ error: 'invalid_grant' }, 400)
      if (answer === 'redirect') return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
      if (answer === 'too much') return json({ access_token: 'x'.repeat(2_000_000), token_type: 'Bearer' })
      return json({ access_token: 'an-access-token', token_type: 'Bearer', id_token: answer.idToken })
    })
  })
  return provider
}
