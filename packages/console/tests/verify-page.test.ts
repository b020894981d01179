import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { launchChromium } from '@afterai/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attacks } from '../../record/testing/attacks.ts'
import { createExampleLog } from '../../record/testing/example-record.ts'
import { builtConsole } from './built-console.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<Browser['newPage']>>

const log = createExampleLog()
const keys = `${log.recordKey.pem}${log.vkey}\n`
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
// That of the console's files: docs/security.md.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
const logKeys = {
  origin: 'records.example.com/log/tenant-1',
  logVkey: log.vkey,
  recordKeys: [{ keyid: log.recordKey.publicKey.keyid, pem: log.recordKey.pem }],
}

let server: Server
let browser: Browser
let origin: string

/** Hands out the built console as the server does, and, of the API, the keys alone, to whoever has a session. */
beforeAll(async () => {
  const dist = await builtConsole()
  server = createServer((request, response) => {
    const path = request.url ?? '/'
    if (path.startsWith('/v1/')) {
      const isMember = path === '/v1/log/keys' && request.headers.cookie?.includes('session=member') === true
      const problem = { type: 'about:blank', title: 'Not signed in', status: 401, code: 'unauthenticated' }
      response.writeHead(isMember ? 200 : 401, { 'content-type': `application/${isMember ? '' : 'problem+'}json` })
      response.end(JSON.stringify(isMember ? logKeys : problem))
      return
    }
    void readFile(join(dist, extname(path) === '' ? 'index.html' : path)).then(
      (bytes) => {
        const type = types[extname(path)] ?? (extname(path) === '' ? 'text/html' : 'application/octet-stream')
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
        response.end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  server.close()
})

async function openPage(context?: Awaited<ReturnType<Browser['newContext']>>) {
  const page = await (context ?? (await browser.newContext())).newPage()
  page.setDefaultTimeout(15_000)
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`${origin}/verify`)
  await page.getByRole('heading', { name: 'Verify a record' }).waitFor()
  await page.waitForLoadState('networkidle')
  return { page, requests, complaints }
}

const choose = (page: Page, name: string, bytes: Uint8Array): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(bytes) })
const verdictOf = (page: Page): Promise<string | null> => page.locator('[data-verdict]').getAttribute('data-verdict')

it('P4.5: /verify needs no session, and once it is open nobody is asked anything, whatever is chosen and pasted', async () => {
  const { page, requests, complaints } = await openPage()
  requests.length = 0
  await page.getByLabel('Keys that you trust').fill(keys)
  for (const [bytes, verdict] of [
    [log.bytes, 'valid'],
    [attacks.find(({ name }) => name === 'edit what is disclosed')?.commit(log).bytes ?? log.bytes, 'payload_mismatch'],
    [Buffer.from('{}'), 'malformed'],
  ] as const) {
    await choose(page, 'record.json', bytes)
    await expect.poll(() => verdictOf(page)).toBe(verdict)
  }
  await page.waitForLoadState('networkidle')
  expect(requests).toEqual([])
  expect(complaints).toEqual([])
  await page.context().close()
})

it('P4.5: what the server’s own keys say is marked as weaker, until the reader gives others', async () => {
  const context = await browser.newContext()
  await context.addCookies([{ name: 'session', value: 'member', url: origin }])
  const { page } = await openPage(context)
  await choose(page, 'record.json', log.bytes)
  await page.getByRole('button', { name: 'Use this server’s own keys' }).click()
  await page.getByText('Valid, by the server’s own keys').waitFor()
  expect(await page.getByText('the server vouches for itself').isVisible()).toBe(true)
  await page.getByLabel('Keys that you trust').fill(`${keys}\n`)
  await page.getByText('Valid, by the keys that you pinned').waitFor()
  await context.close()
})

it('says that the server’s keys need a session', async () => {
  const { page } = await openPage()
  await page.getByRole('button', { name: 'Use this server’s own keys' }).click()
  await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/\S/)
  expect(await page.getByLabel('Keys that you trust').inputValue()).toBe('')
  await page.context().close()
})

it('remembers keys if it is asked to, and forgets them as well', async () => {
  const { page } = await openPage()
  await page.getByLabel('Keys that you trust').fill(keys)
  expect(await page.evaluate(`localStorage.getItem('afterai.pinned-keys')`)).toBeNull()
  await page.getByLabel('Remember these keys in this browser').check()
  await page.reload()
  expect(await page.getByLabel('Keys that you trust').inputValue()).toBe(keys)
  await page.getByLabel('Remember these keys in this browser').uncheck()
  await page.reload()
  expect(await page.getByLabel('Keys that you trust').inputValue()).toBe('')
  await page.context().close()
})

it.each([
  [1440, 'light'],
  [390, 'dark'],
] as const)('at %i pixels, %s, nothing is wider than the page', async (width, colorScheme) => {
  const { page } = await openPage(await browser.newContext({ viewport: { width, height: 900 }, colorScheme }))
  await page.getByLabel('Keys that you trust').fill(keys)
  await choose(page, 'record.json', log.bytes)
  await page.getByText('The path to the root, node by node').click()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  await page.context().close()
})
