import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliDecompressSync } from 'node:zlib'
import { launchChromium } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildConsole, type BuiltConsoleFolder } from '../../testing/built-console.ts'
import { type Answer, composeBeside, startTestServer, type TestServer } from '../../testing/test-server.ts'

let built: BuiltConsoleFolder
let server: TestServer
let origin: string

beforeAll(async () => {
  built = await buildConsole()
  server = await startTestServer({ consoleFolder: built.url })
  origin = await server.http.listen({ host: 'localhost', port: 0 })
})
afterAll(async () => {
  await server.stop()
  await built.remove()
})

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => server.send({ path, headers })

describe('a file of the console', () => {
  test.each([
    ['assets/app-1a2b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['assets/app-1a2b.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['assets/deep/geist.woff2', 'font/woff2', 'public, max-age=31536000, immutable'],
    ['theme.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['site.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
    ['index.html', 'text/html; charset=utf-8', 'no-cache'],
  ])('%s comes whole, as %s, and lasts as long as its name says', async (name, type, lasts) => {
    const { status, headers, bytes } = await get(`/${name}`)
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, type, lasts])
    expect(headers['vary']).toContain('accept-encoding')
    expect(bytes.toString()).toBe(built.texts[name])
  })

  test.each([
    ['gzip, deflate, br', 'br'],
    ['BR;q=0.5', 'br'],
    ['br;q=0', undefined],
    ['br; q=0.000, gzip', undefined],
    ['gzip, brotli', undefined],
    ['', undefined],
  ])('comes compressed to who takes that, and to nobody else: %j', async (encodings, given) => {
    const { bytes, headers } = await get('/assets/app-1a2b.js', { 'accept-encoding': encodings })
    expect(headers['content-encoding']).toBe(given)
    const plain = given === 'br' ? brotliDecompressSync(bytes) : bytes
    expect(plain.toString()).toBe(built.texts['assets/app-1a2b.js'])
  })

  test('of which no compressed twin was made comes as it is', async () => {
    const { headers, text: body } = await get('/assets/deep/geist.woff2', { 'accept-encoding': 'br' })
    expect([headers['content-encoding'], body]).toEqual([undefined, 'a font'])
  })

  test('that somebody has is not sent again: each form of it has a tag of its own', async () => {
    const tags = new Set<string>()
    for (const encoding of ['identity', 'br']) {
      const encodings = { 'accept-encoding': encoding }
      const tag = String((await get('/assets/app-1a2b.js', encodings)).headers['etag'])
      tags.add(tag)
      for (const known of [tag, `"x", W/${tag}`, '*']) {
        const again = await get('/assets/app-1a2b.js', { ...encodings, 'if-none-match': known })
        expect([again.status, again.bytes.length, again.headers['etag']]).toEqual([304, 0, tag])
        expect(again.headers['cache-control']).toBe('public, max-age=31536000, immutable')
      }
      const other = await get('/assets/app-1a2b.js', { ...encodings, 'if-none-match': '"another"' })
      expect(other.status).toBe(200)
    }
    expect(tags.size).toBe(2)
  })

  test('is described by HEAD as GET gives it', async () => {
    for (const path of ['/assets/app-1a2b.js', '/', '/changes/1']) {
      const [head, full] = [
        await server.send({ method: 'HEAD', path, headers: browser }),
        await server.send({ path, headers: browser }),
      ]
      expect([head.status, head.bytes.length]).toEqual([200, 0])
      for (const name of ['etag', 'content-length', 'content-type', 'cache-control', 'content-security-policy'])
        expect(head.headers[name], name).toEqual(full.headers[name])
    }
  })
})

describe('the page of the console', () => {
  test.each([
    '/',
    '/changes',
    '/changes/0198c6f0?view=1&q=a%20b',
    '/systems/bot.v2',
    '/settings/keys',
    '/device?code=BCDF-GHJK',
    '/a/b/c/d',
  ])('is what a browser gets at %s', async (path) => {
    const { status, text: body, headers } = await get(path, browser)
    expect([status, body, headers['cache-control']]).toEqual([200, built.texts['index.html'], 'no-cache'])
  })

  test.each([
    '/v1',
    '/v1/nowhere',
    '/%76%31/nowhere',
    '/livez/x',
    '/readyz/x',
    '/openapi.json/x',
    '/assets/gone-9z.js',
    '/assets/',
    '/assets',
  ])('is not what it gets at %s', async (path) => {
    const { status, body } = await get(path, browser)
    expect([status, body['code']]).toEqual([404, 'not_found'])
  })

  test.each([undefined, '*/*', 'application/json', 'text/html;q=0, application/json'])(
    'is not what others get at an address that nobody has, who take %s',
    async (accept) => {
      const { status, headers } = await get('/changes', accept === undefined ? {} : { accept })
      expect([status, headers['content-type']]).toEqual([404, 'application/problem+json'])
    },
  )

  test('leaves the server its own pages and its API', async () => {
    expect((await get('/v1/docs', browser)).text).not.toBe(built.texts['index.html'])
    expect((await get('/livez', browser)).body).toEqual({ status: 'ok' })
    expect((await get('/v1/me', browser)).status).toBe(401)
    expect((await server.send({ method: 'POST', path: '/changes', headers: browser })).status).toBe(404)
  })

  test('ASVS 3.4.3, 3.4.6: may load, show and run its own and nothing else, and is framed by nobody', async () => {
    const { headers } = await get('/changes', browser)
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    )
    expect(headers['permissions-policy']).not.toMatch(/publickey-credentials|clipboard-write/)
    expect(headers['permissions-policy']).toMatch(/camera=\(\)/)
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  test('runs in a browser under that policy, which refuses what isn’t its own, and complains of nothing else', async () => {
    const chromium = await launchChromium()
    const page = await chromium.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(`${origin}/changes/1`)
    await page.getByText('shown').waitFor()
    expect(await page.evaluate(`getComputedStyle(document.body).color`)).toBe('rgb(1, 2, 3)')
    expect(await page.evaluate(`document.documentElement.dataset.theme`)).toBe('dark')
    expect(said).toEqual([])
    expect(await page.evaluate(`document.featurePolicy.allowsFeature('publickey-credentials-get')`)).toBe(true)
    expect(await page.evaluate(`document.featurePolicy.allowsFeature('camera')`)).toBe(false)
    const attempt = (script: string): Promise<unknown> =>
      page.evaluate(`(() => { try { ${script}; return 'done' } catch (error) { return error.name } })()`)
    expect(await attempt(`document.body.innerHTML = '<b>x</b>'`)).toBe('TypeError')
    expect(await attempt(`trustedTypes.createPolicy('x', {})`)).toBe('TypeError')
    expect(await page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')`)).toBe('refused')
    expect(said.some((it) => it.includes("connect-src 'self'"))).toBe(true)
    await chromium.close()
  })
})

describe('ASVS 5.3.2: no address leads out of the folder', () => {
  const attempts = [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/..\\secret.txt',
    '/assets/linked.txt',
    '/assets/out/secret.txt',
    '//secret.txt',
    '/assets//app-1a2b.js',
    '/assets/app-1a2b.js%00.txt',
    '/assets/app-1a2b.js.br',
    '/file:///etc/passwd',
    '/%2fetc%2fpasswd',
    '/__proto__',
    '/assets/constructor',
  ]
  /** As it is written, which no client library sends. */
  const raw = (path: string, accept: string): Promise<string> => {
    const { port } = new URL(origin)
    const socket = connect(Number(port), 'localhost')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: ${accept}\r\nconnection: close\r\n\r\n`)
    return text(socket)
  }

  test.each(attempts)('%s', async (path) => {
    expect(await raw(path, '*/*')).toMatch(/^HTTP\/1\.1 40\d /)
    const shown = await raw(path, 'text/html')
    expect(shown).not.toMatch(/OUTSIDE|root:/)
    // A browser may be shown the page there, and never a file.
    expect(/^HTTP\/1\.1 40\d |<title>Console<\/title>/.test(shown)).toBe(true)
  })
})

describe('a release', () => {
  test('is named on every answer: a page, a file, the API, a refusal, an address that can’t be read', async () => {
    const paths = ['/', '/assets/app-1a2b.js', '/livez', '/v1/me', '/v1/nowhere', '/%', '/openapi.json', '/device']
    const ids = await Promise.all(paths.map(async (path) => (await get(path, browser)).headers['afterai-release']))
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).toMatch(/^[\w-]{16}$/)
  })

  test('is the same on each server that runs the same, and another where the console is', async () => {
    const rebuilt = await buildConsole({ 'index.html': '<title>next</title>' })
    const [same, other, without] = await Promise.all([
      composeBeside(server, { consoleFolder: built.url }),
      composeBeside(server, { consoleFolder: rebuilt.url }),
      composeBeside(server),
    ])
    const idOf = async ({ http }: Pick<TestServer, 'http'>) =>
      (await http.inject({ method: 'GET', url: '/livez' })).headers['afterai-release']
    const ids = [await idOf(server), await idOf(same), await idOf(other), await idOf(without)]
    expect(ids[0]).toBe(ids[1])
    expect(new Set(ids).size).toBe(3)
    await Promise.all([same, other, without].map((it) => it.close()))
    await rebuilt.remove()
  })

  test('stays what it was while the folder is built anew', async () => {
    const folder = await buildConsole()
    const beside = await composeBeside(server, { consoleFolder: folder.url })
    await beside.http.inject({ method: 'GET', url: '/theme.js' })
    await folder.remove()
    const answer = await beside.http.inject({ method: 'GET', url: '/assets/app-1a2b.js' })
    expect([answer.statusCode, answer.body]).toEqual([200, folder.texts['assets/app-1a2b.js']])
    await beside.close()
  })
})

describe('without a built console', () => {
  test('a browser reads at / how to build it, and nothing else is different', async () => {
    const beside = await composeBeside(server)
    const at = (url: string, headers: Record<string, string>) => beside.http.inject({ method: 'GET', url, headers })
    const page = await at('/', browser)
    expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(page.body).toContain('npm run build')
    // Whatever opens the address that a terminal prints.
    const device = await at('/device', {})
    expect([device.statusCode, device.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(device.body).toContain('afterai session approve CODE')
    for (const [path, headers] of [
      ['/', {}],
      ['/changes', browser],
      ['/assets/app-1a2b.js', browser],
    ] as const) {
      const answer = await at(path, headers)
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([404, 'not_found'])
    }
    expect((await at('/livez', {})).statusCode).toBe(200)
    await beside.close()
  })
})

test('P5.3: files are counted apart from sign-ins, and a company behind one address opens its consoles', async () => {
  const beside = await composeBeside(server, { consoleFolder: built.url, rateCredentials: 1, rateReads: 5 })
  const ask = (url: string) =>
    beside.http.inject({ method: 'GET', url, remoteAddress: '198.51.100.9', headers: browser })
  const statuses: number[] = []
  for (let n = 0; n < 260; n += 1) statuses.push((await ask(n % 2 === 0 ? '/' : '/assets/app-1a2b.js')).statusCode)
  expect(statuses.slice(0, 200)).toEqual(Array.from({ length: 200 }, () => 200))
  expect(statuses).toContain(429)
  expect((await ask('/v1/docs')).statusCode).toBe(200)
  await beside.close()
})
