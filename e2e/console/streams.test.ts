import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSyslogReceiver, startWebhookReceiver } from '../../packages/server/testing/siem-receivers.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
let page: Page
const stops: (() => Promise<void>)[] = []
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin')
})
beforeEach(async () => {
  page = await console.openAs(admin)
  await page.goto(`${console.origin}/settings/streams`)
  await page.getByRole('button', { name: 'Add a stream' }).waitFor()
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  for (const stop of stops.splice(0)) await stop()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

test('a webhook is added with a key that is shown once, delivers, is paused, resumed, replayed and removed', async () => {
  const receiver = await startWebhookReceiver()
  stops.push(() => receiver.stop())
  await page.getByRole('button', { name: 'Add a stream' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add an audit stream' })
  await dialog.getByLabel('Name').fill('siem')
  await dialog.getByLabel('Address').fill(receiver.url)
  await dialog.getByLabel('Send').selectOption('beginning')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Add the stream' }).click()
  const added = page.getByRole('dialog', { name: 'The stream “siem” begins' })
  receiver.setSecret(await added.locator('code').innerText())
  await page.keyboard.press('Escape')
  await added.getByRole('button', { name: 'I have kept it' }).click()
  await expect
    .poll(() => receiver.requests.flatMap(({ events }) => events).length, { timeout: 30_000 })
    .toBeGreaterThan(0)
  expect(await page.content()).not.toContain('a-secret-in-a-url')

  await page.getByRole('button', { name: 'Pause siem' }).click()
  await page.getByRole('button', { name: 'Resume siem' }).click()
  await page.getByRole('button', { name: 'Pause siem' }).waitFor()

  const before = receiver.requests.flatMap(({ events }) => events).filter(({ logIndex }) => logIndex === 0).length
  await page.getByRole('button', { name: 'Replay siem' }).click()
  await page.getByLabel('From entry').fill('0')
  await page.getByRole('button', { name: 'Send again' }).click()
  await expect
    .poll(() => receiver.requests.flatMap(({ events }) => events).filter(({ logIndex }) => logIndex === 0).length, {
      timeout: 30_000,
    })
    .toBeGreaterThan(before)

  await page.getByRole('button', { name: 'Remove siem' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove siem' }).click()
  await page.getByText('Events are sent nowhere').waitFor()
})

test('one that fails is told first and by word, with what it said', async () => {
  const { token } = admin
  const body = { kind: 'webhook', name: 'broken', url: 'http://127.0.0.1:9/hook', startFrom: 'beginning' }
  await console.server.expectOk({ method: 'POST', path: '/v1/audit-streams', token, body })
  await page.reload()
  await expect.poll(() => page.getByText('Failing', { exact: true }).count(), { timeout: 30_000 }).toBeGreaterThan(0)
  await page
    .getByText(/ECONNREFUSED|refused/)
    .first()
    .waitFor()
  expect(await axeViolations(page)).toEqual([])
})

test('the form follows the kind: syslog takes a host and a port', async () => {
  const receiver = await startSyslogReceiver()
  stops.push(() => receiver.stop())
  await page.getByRole('button', { name: 'Add a stream' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add an audit stream' })
  await dialog.getByLabel('Kind').selectOption('syslog')
  expect(await dialog.getByLabel('Address').count()).toBe(0)
  await dialog.getByLabel('Name').fill('collector')
  await dialog.getByLabel('Host').fill('127.0.0.1')
  await dialog.getByLabel('Port', { exact: true }).fill(String(receiver.port))
  await dialog.getByLabel('Transport').selectOption('tcp')
  await dialog.getByLabel('Send').selectOption('beginning')
  await dialog.getByRole('button', { name: 'Add the stream' }).click()
  await page
    .getByRole('dialog', { name: 'The stream “collector” begins' })
    .getByText('Events are on their way')
    .waitFor()
  await expect.poll(() => receiver.messages.length, { timeout: 30_000 }).toBeGreaterThan(0)
})

test('an auditor reads them and changes nothing', async () => {
  const auditor = await console.openAs(await console.addPerson('auditor'))
  await auditor.goto(`${console.origin}/settings/streams`)
  await auditor.getByRole('heading', { level: 1, name: 'Audit streams' }).waitFor()
  await auditor.waitForLoadState('networkidle')
  expect(await auditor.getByRole('button', { name: /Add|Pause|Replay|Remove/ }).count()).toBe(0)
})
