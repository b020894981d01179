import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const proxy = '192.0.2.1'
const proxyIpv6 = '2001:db8:ffff::7'
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    mode: 'production',
    trustedProxies: [
      { address: proxy, prefix: 32 },
      { address: '2001:db8:ffff::', prefix: 48 },
    ],
  })
})
afterAll(() => server.stop())

interface Way {
  readonly from: string
  readonly headers?: Readonly<Record<string, string>>
  readonly url?: string
}

const ask = ({ from, headers = {}, url = '/v1/me' }: Way) =>
  server.http.inject({
    url,
    remoteAddress: from,
    headers: { authorization: `Bearer ${server.admin.token}`, ...headers },
  })

const unnamed = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '198.51.100.8' }
const byHttps = { 'x-forwarded-proto': 'https' }

describe('P5.2, ASVS 12.2.1: in production a request that may have come unencrypted is refused', () => {
  test.each<[what: string, way: Way]>([
    ['from another machine', { from: '198.51.100.1' }],
    ['from another machine that says it is a proxy', { from: '198.51.100.1', headers: byHttps }],
    [
      'from another machine that names this one',
      { from: '198.51.100.1', headers: { ...byHttps, 'x-forwarded-for': '127.0.0.1', forwarded: 'proto=https' } },
    ],
    ['from another machine, as IPv4 in IPv6', { from: '::ffff:198.51.100.1', headers: byHttps }],
    ['by a proxy that got it by http', { from: proxy, headers: { 'x-forwarded-proto': 'http' } }],
    ['by a proxy that says nothing', { from: proxy }],
    ['by a proxy that says nothing of worth', { from: proxy, headers: { 'x-forwarded-proto': '' } }],
    [
      'by a proxy whose client wrote the word before it',
      { from: proxy, headers: { 'x-forwarded-proto': 'https, http' } },
    ],
    ['by a proxy that uses another header', { from: proxy, headers: { 'x-forwarded-scheme': 'https' } }],
    ['by a proxy on this machine that nobody named', { from: '127.0.0.1', headers: unnamed }],
  ])('%s', async (_what, way) => {
    const answer = await ask(way)
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([421, 'not_encrypted'])
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', connection: 'close' })
  })

  test.each<[header: string, value: string]>([
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-for', '198.51.100.8'],
    ['X-Forwarded-Host', 'afterai.example.com'],
    ['x-forwarded', 'for=198.51.100.8'],
    ['x-real-ip', '198.51.100.8'],
    ['forwarded', 'for=198.51.100.8;proto=https'],
    ['via', '1.1 proxy'],
  ])('from this machine with %s, by a proxy that nobody named, which setting names it', async (header, value) => {
    for (const from of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      const answer = await ask({ from, headers: { [header]: value } })
      const { code, detail } = answer.json<{ code: string; detail: string }>()
      expect([answer.statusCode, code, detail]).toEqual([
        421,
        'not_encrypted',
        expect.stringContaining('AFTERAI_TRUSTED_PROXIES'),
      ])
    }
  })

  test('before anything is looked at: no credential, no body, no rate, no event', async () => {
    const events = async () => (await server.owner.query('select count(*) from audit_event')).rows[0]
    const before = await events()
    const answer = await server.http.inject({
      method: 'POST',
      url: '/v1/session',
      remoteAddress: '198.51.100.2',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ email: server.admin.email, password: server.admin.password }),
    })
    expect(answer.statusCode).toBe(421)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('ratelimit'))).toEqual([])
    expect(await events()).toEqual(before)
  })

  test('at addresses that no route answers too', async () => {
    for (const url of ['/nowhere', '/openapi.json', '/v1/oidc/callback?state=x', '/v1/sign-in-options?tenant=acme'])
      expect((await ask({ from: '198.51.100.1', url })).statusCode).toBe(421)
  })

  test('but health, which takes no credential', async () => {
    for (const url of ['/livez', '/readyz']) expect((await ask({ from: '198.51.100.1', url })).statusCode).toBe(200)
  })

  test.each<[what: string, way: Way]>([
    ['by a proxy that says https', { from: proxy, headers: byHttps }],
    ['by a proxy over IPv6', { from: proxyIpv6, headers: byHttps }],
    ['by a proxy, as IPv4 in IPv6', { from: `::ffff:${proxy}`, headers: byHttps }],
    [
      'by a proxy whose client wrote another word before',
      { from: proxy, headers: { 'x-forwarded-proto': 'http, HTTPS' } },
    ],
    ['from this machine', { from: '127.0.0.1' }],
    ['from this machine over IPv6', { from: '::1' }],
  ])('and lets in what came %s', async (_what, way) => {
    expect((await ask(way)).statusCode).toBe(200)
  })
})
