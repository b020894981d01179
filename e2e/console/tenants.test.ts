import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

async function openAsOperator(): Promise<Page> {
  const page = await console.open()
  await page.goto(`${console.origin}/sign-in?tenant=instance&returnTo=/operate/tenants`)
  await signInBy(page, console.server.admin)
  await page.getByRole('table', { name: 'Tenants' }).waitFor()
  return page
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

test('an operator makes a tenant, whose first administrator comes in by the address that is shown once', async () => {
  const page = await openAsOperator()
  await page.getByRole('button', { name: 'Make a tenant' }).click()
  const dialog = page.getByRole('dialog', { name: 'Make a tenant' })
  await dialog.getByLabel('Name', { exact: true }).fill('Research')
  await dialog.getByLabel('Short name').fill('research')
  await dialog.getByLabel('E-mail address').fill('kim@example.com')
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Make the tenant' }).click()
  const address = await page.getByRole('dialog', { name: 'Research is there' }).locator('code').innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  await row(page, 'Research').waitFor()
  expect(await page.content()).not.toContain(address)
  const kim = await console.open()
  await kim.goto(address)
  await kim.getByLabel('Your name').fill('Kim')
  await kim.getByLabel('Password').fill('a lantern in the violet harbour')
  await kim.getByRole('button', { name: 'Come in' }).click()
  await kim.screenshot({ path: '/tmp/kim.png' })
  await kim.getByRole('heading', { level: 1, name: /waits? for you, Kim/ }).waitFor()
})

test('a tenant is suspended and resumed, and the question says what that does', async () => {
  const tenant = await console.server.addTenant('norrland')
  const person = await console.server.addPerson(tenant, 'admin')
  const page = await openAsOperator()
  await page.getByRole('button', { name: 'Suspend norrland' }).click()
  const dialog = page.getByRole('dialog', { name: 'Suspend norrland?' })
  await dialog.getByText('people, keys and pipelines are refused at once').waitFor()
  await dialog.getByRole('button', { name: 'Suspend norrland' }).click()
  await page.getByRole('button', { name: 'Resume norrland' }).waitFor()
  expect((await console.server.send({ path: '/v1/systems', token: person.token })).status).toBe(403)
  await page.getByRole('button', { name: 'Resume norrland' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Resume norrland' }).click()
  await page.getByRole('button', { name: 'Suspend norrland' }).waitFor()
  expect((await console.server.send({ path: '/v1/systems', token: person.token })).status).toBe(200)
})

test('an administrator of a tenant sees none of them, by the rail or by address', async () => {
  const page = await console.openAs(await console.addPerson('admin'))
  await page.goto(`${console.origin}/operate/tenants`)
  await page.getByText('Operators see the tenants of this instance.').waitFor()
  expect(await page.getByRole('button', { name: 'Make a tenant' }).count()).toBe(0)
  expect(await page.getByRole('navigation', { name: 'Pages', exact: true }).getByText('Tenants').count()).toBe(0)
  expect(await page.getByText('norrland').count()).toBe(0)
})
