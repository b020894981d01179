import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member')
  await post('/v1/systems', { name: 'support-bot' })
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
})
afterAll(() => console.close())

const post = <T>(path: string, body: unknown): Promise<T> =>
  console.server.expectOk<T>({ method: 'POST', path, token: author.token, body })
const planned = (title: string): Promise<{ id: string }> =>
  post('/v1/changes', { system: 'support-bot', title, changeTypes: ['prompt'] })

test('a change that somebody else records is announced, and comes when one asks; the rows that one reads stay', async () => {
  const { id } = await planned('The first')
  const page = await console.openAs(author)
  // The stream is open once its answer has begun.
  const stream = page.waitForResponse((answer) => answer.url().endsWith('/v1/events'))
  await page.goto(`${console.origin}/changes`)
  await page.getByRole('row').filter({ hasText: 'The first' }).waitFor()
  await stream
  await planned('The second')
  await page.getByRole('button', { name: '1 new' }).waitFor()
  expect(await page.getByRole('row').count()).toBe(1)
  await post(`/v1/changes/${id}/confirm`, { risk: { severity: 'critical' } })
  await page.getByRole('row').filter({ hasText: 'The first' }).getByText('critical').waitFor()
  await page.getByRole('button', { name: '1 new' }).click()
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  expect(await page.getByRole('row').first().innerText()).toContain('The second')
  expect(console.faults()).toEqual([])
})

test('a page says that the server was upgraded under it, and loads nothing by itself', async () => {
  const page = await console.openAs(author)
  await page.route('**/v1/change-rows**', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, headers: { ...answer.headers(), 'afterai-release': 'another-release' } })
  })
  await page.getByRole('link', { name: 'Changes' }).first().click()
  await page.getByText('AfterAI was upgraded while this page was open').waitFor()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'Reload when you are ready' }).click()
  await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
  expect(await page.getByText('AfterAI was upgraded').count()).toBe(0)
})

test('a page whose stream stays away says so after half a minute, and asks instead', async () => {
  const page = await console.openAs(author)
  await page.clock.install()
  await page.route('**/v1/events', (route) => route.abort())
  await page.goto(`${console.origin}/changes?view=all`)
  await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
  const asked = page.waitForRequest((request) => request.url().includes('/v1/change-rows'))
  await page.clock.runFor(31_000)
  await page.getByText('The server tells of nothing at the moment').waitFor()
  await page.clock.runFor(5_000)
  await asked
  expect(console.faults().filter((fault) => !fault.includes('net::ERR_FAILED'))).toEqual([])
})

test('a page says that the network is away, and is true again when it is back', async () => {
  const { id } = await planned('While away')
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes/${id}`)
  await page.getByRole('heading', { level: 2, name: 'Is it real?' }).waitFor()
  await page.getByRole('button', { name: 'Confirm', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  await page.context().setOffline(true)
  await page.getByText('You are offline').waitFor()
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'no answer' }).waitFor()
  await page.context().setOffline(false)
  await page.getByText('You are offline').waitFor({ state: 'hidden' })
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await expect.poll(() => page.getByRole('heading', { level: 2, name: 'Measure what it does' }).isVisible()).toBe(true)
  expect(console.faults().filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
})

test('a part that was never fetched doesn’t take the page with it when the network is away, and comes when it is back', async () => {
  const { id } = await planned('Looked at in a tunnel')
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes/${id}`)
  await page.getByRole('heading', { level: 2, name: 'Is it real?' }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Confirm', exact: true }).click()
  const told = page.getByRole('alert').filter({ hasText: 'This part could not be loaded' })
  await told.waitFor()
  await page.getByRole('heading', { level: 1, name: 'Looked at in a tunnel' }).waitFor()
  await page.context().setOffline(false)
  await told.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).waitFor()
  expect(console.faults().filter((fault) => !/ERR_INTERNET_DISCONNECTED|did not come/.test(fault))).toEqual([])
})

test('Back from a change leads to its row, by keyboard too', async () => {
  for (const title of ['Row one', 'Row two', 'Row three']) await planned(title)
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes?view=all`)
  const row = page.getByRole('row').filter({ hasText: 'Row two' })
  await row.waitFor()
  for (const _ of [1, 2]) await page.keyboard.press('j')
  await expect.poll(() => row.getByRole('link').evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Row two' }).waitFor()
  await page.goBack()
  await expect.poll(() => row.getByRole('link').evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true)
  await page.keyboard.press('j')
  const next = page.getByRole('row').filter({ hasText: 'Row one' }).getByRole('link')
  await expect.poll(() => next.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true)
  expect(console.faults()).toEqual([])
})

test('another tab leaves a workspace that the session has left', async () => {
  const both = await console.addPerson('admin')
  await console.server.addTenant('sample')
  await console.server.owner.query('select join_sample_tenant($1, $2, $3)', [both.accountId, 'Ada', both.email])
  const first = await console.openAs(both)
  const second = await first.context().newPage()
  await second.goto(`${console.origin}/settings/workspaces`)
  await first.goto(`${console.origin}/changes?view=all`)
  await first.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
  await second.getByRole('button', { name: 'Go to sample' }).click()
  await second.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
  await first.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
  await first.getByRole('complementary', { name: 'Main' }).getByText('sample').waitFor()
  expect(console.faults()).toEqual([])
})
