import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

describe('the settings', () => {
  test('open at the reader’s own profile, and each section has an address', async () => {
    const page = await console.openAs(await console.addPerson('admin'))
    await page.goto(`${console.origin}/settings`)
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/settings/profile')
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('heading', { level: 1, name: 'API keys' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/settings/keys')
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    await page.goto(`${console.origin}/settings/nonsense`)
    await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor()
  })

  test('show a viewer nothing that a viewer may not do, by the navigation or by address', async () => {
    const page = await console.openAs(await console.addPerson('viewer'))
    await page.goto(`${console.origin}/settings/members`)
    await page.getByRole('table', { name: 'People' }).waitFor()
    expect(await page.getByRole('button', { name: 'Invite a person' }).count()).toBe(0)
    expect(await page.getByRole('navigation', { name: 'Settings' }).getByRole('link').allInnerTexts()).not.toContain(
      'API keys',
    )
    await page.goto(`${console.origin}/settings/keys`)
    await page.getByText('It needs the permission api-key:own').waitFor()
    expect(await page.getByRole('button', { name: 'Make a key' }).count()).toBe(0)
  })

  test('are chosen by a list on a phone', async () => {
    const page = await console.openAs(await console.addPerson('member'), { viewport: { width: 390, height: 844 } })
    await page.goto(`${console.origin}/settings/profile`)
    await page.getByLabel('Section').selectOption('Sessions')
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/settings/sessions')
  })

  test('remove the sample, after a question, from a workspace of the reader’s own', async () => {
    const admin = await console.addPerson('admin')
    const sample = await console.server.addTenant('sample')
    await console.server.owner.query('select join_sample_tenant($1, $2, $3)', [admin.accountId, 'Ada', admin.email])
    const page = await console.open()
    await page.goto(`${console.origin}/sign-in?tenant=${admin.tenant.slug}&returnTo=/settings/workspaces`)
    await signInBy(page, admin)
    await page.getByRole('button', { name: 'Remove the sample workspace' }).click()
    await page.getByText('for everybody, and doesn’t come back').waitFor()
    await page.getByRole('button', { name: 'Remove the sample', exact: true }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Remove the sample workspace' }).count()).toBe(0)
    const { rows } = await console.server.owner.query('select 1 from tenant where id = $1', [sample.id])
    expect(rows).toEqual([])
  })

  test('end the other sessions of the reader and keep this one', async () => {
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    const other = await console.openAs(person)
    await page.goto(`${console.origin}/settings/sessions`)
    await page.getByRole('button', { name: 'End all but this one' }).click()
    await expect.poll(() => page.getByRole('table', { name: 'Sessions' }).getByRole('row').count()).toBe(2)
    await page.getByRole('rowheader', { name: '(this one)' }).waitFor()
    await other.goto(`${console.origin}/changes`)
    await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  })
})
