import { operations } from '@afterai/contract/operations'
import { launchChromium } from '@afterai/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  server = await startTestServer()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const names = Object.values(operations).map(({ id }) => id)

test('the pages of the API need no credential, no script and nothing from elsewhere', async () => {
  const { status, headers, text } = await server.send({ path: '/v1/docs' })
  expect(status).toBe(200)
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /)
  expect(text).not.toMatch(/<script|style="|\son\w+=|(?:src|href)="(?!#|\/v1\/docs|\/openapi\.json)/)
})

test('every operation is on the page of all, and has a page with its command and what it refuses', async () => {
  const { text } = await server.send({ path: '/v1/docs' })
  for (const name of names) {
    expect(text).toContain(`href="/v1/docs/${name}"`)
    const page = await server.send({ path: `/v1/docs/${name}` })
    expect(page.status, name).toBe(200)
    expect(page.text, name).toContain('curl ')
    expect(page.text, name).toContain('<code>internal_error</code>')
    expect(page.text, name).not.toMatch(/undefined|\[object|<script/)
  }
})

test.each(['nothing', '..%2f', '<script>', '__proto__', 'toString'])(
  'an operation called %s has no page',
  async (name) => {
    const path = `/v1/docs/${encodeURIComponent(name)}`
    const page = await server.send({ path, headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)
    expect(page.text).not.toContain('<script')
    expect((await server.send({ path })).body).toMatchObject({ code: 'not_found' })
  },
)

test.each([
  [1440, 'light'],
  [1440, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('at %i pixels, %s, the pages keep their style, fit, and can be read', async (width, colorScheme) => {
  if (!server.http.server.listening) await server.http.listen({ host: '127.0.0.1', port: 0 })
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const refused: string[] = []
  page.on('console', (message) => refused.push(message.text()))
  for (const path of ['/v1/docs', '/v1/docs/observe', '/v1/docs/listAuditEvents', '/v1/docs/createAuditStream']) {
    // A server that lags beside a browser, on a busy machine, sheds load.
    await expect.poll(async () => (await page.goto(`${server.http.listeningOrigin}${path}`))?.status()).toBe(200)
    const seen = (await page.evaluate(`(() => {
      for (const details of document.querySelectorAll('details')) details.open = true
      const { color, backgroundColor } = getComputedStyle(document.body)
      return { wide: document.documentElement.scrollWidth, color, backgroundColor }
    })()`)) as { wide: number; color: string; backgroundColor: string }
    expect(seen.wide, path).toBe(width)
    expect(lightness(seen.backgroundColor) > lightness(seen.color), path).toBe(colorScheme === 'light')
  }
  expect(refused.filter((text) => /policy/i.test(text))).toEqual([])
  await page.close()
})

function lightness(color: string): number {
  return (color.match(/\d+/g) ?? []).reduce((sum, part) => sum + Number(part), 0)
}
