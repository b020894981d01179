import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

test('says that nothing needs care, then what does: a stream that fails before a key that ends soon', async () => {
  const page = await console.openAs(admin)
  await page.goto(`${console.origin}/health`)
  await page.getByText('Nothing does. The server is ready, and keeps up.').waitFor()
  const { token } = admin
  const { id } = await console.server.addKey(admin, ['system:read'])
  await console.server.owner.query(
    `update api_key set name = 'closing', expires_at = now() + interval '2 days' where id = $1`,
    [id],
  )
  const body = { kind: 'webhook', name: 'broken', url: 'http://127.0.0.1:9/hook', startFrom: 'beginning' }
  await console.server.expectOk({ method: 'POST', path: '/v1/audit-streams', token, body })
  await expect
    .poll(
      async () => {
        await page.reload()
        await page.getByRole('listitem').first().waitFor()
        return page.getByRole('main').getByRole('listitem').allInnerTexts()
      },
      { timeout: 30_000 },
    )
    .toEqual([expect.stringContaining('The stream broken fails'), expect.stringContaining('closing')])
  expect(await axeViolations(page)).toEqual([])
  await page.getByRole('link', { name: 'See the streams' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audit streams' }).waitFor()
})

test('a database that takes no writes is told in the server’s words', async () => {
  const page = await console.openAs(admin)
  await page.route('**/readyz', (route) =>
    route.fulfill({
      status: 409,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'not_ready', title: 'Not ready', detail: 'the database takes no writes' }),
    }),
  )
  await page.goto(`${console.origin}/health`)
  await page.getByText('The server can’t do its work').waitFor()
  expect(await page.getByText('the database takes no writes').count()).toBe(1)
})

test('a viewer reads whether the server is ready, and nothing that is for administrators', async () => {
  const page = await console.openAs(await console.addPerson('viewer'))
  await page.goto(`${console.origin}/health`)
  await page.getByText('The server is ready. Of the rest').waitFor()
  expect(await page.getByRole('heading', { name: /^(Limits|The log|The instance)$/ }).count()).toBe(0)
})

test('an operator sees the whole instance', async () => {
  const page = await console.open()
  await page.goto(`${console.origin}/sign-in?tenant=instance&returnTo=/health`)
  await signInBy(page, console.server.admin)
  await page.getByRole('heading', { name: 'The instance' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
})
