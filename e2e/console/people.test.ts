import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../packages/server/src/platform/ids.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

// A workspace of some hundred people, of whom those who are looked for came first: no list of the newest has them.

let console: ConsoleUnderTest
let admin: Person
let eldest: Person
beforeAll(async () => {
  console = await startConsole()
  eldest = await console.addPerson('approver', 'Wilhelmina Eldest')
  admin = await console.addPerson('admin', 'Eva')
  for (const title of ['A change of the eldest', 'Another one'])
    await console.server.expectOk({
      method: 'POST',
      path: '/v1/changes',
      token: (title.startsWith('A ') ? eldest : admin).token,
      body: { system: await systemOf('support-bot'), title, changeTypes: ['other'] },
    })
  await console.server.owner.query(
    `with made as (insert into account (id, name) select id, 'Crowd' from unnest($2::uuid[]) id returning id)
     insert into membership (tenant_id, account_id, role, name)
     select $1, id, 'admin', 'Crowd ' || row_number() over () from made`,
    [admin.tenant.id, Array.from({ length: 150 }, () => newId())],
  )
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const made = new Set<string>()
async function systemOf(name: string): Promise<string> {
  if (!made.has(name))
    await console.server.expectOk({ method: 'POST', path: '/v1/systems', token: admin.token, body: { name } })
  made.add(name)
  return name
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

describe('a picker finds who is in no first page', () => {
  test('for the rules, ticked and kept while somebody else is looked for', async () => {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/policy/set`)
    const rule = page.getByRole('group', { name: 'Rule 1' })
    const find = rule.getByRole('searchbox', { name: 'Find for “Or certain people”' })
    await find.waitFor()
    expect(await rule.getByLabel('Wilhelmina Eldest').count()).toBe(0)
    await find.fill('wilhel')
    await rule.getByLabel('Wilhelmina Eldest').check()
    await rule.getByText('One agrees: Wilhelmina Eldest.').waitFor()
    await find.fill('crowd 7')
    await rule.getByLabel('Crowd 7', { exact: true }).check()
    expect(await rule.getByLabel('Wilhelmina Eldest').isChecked()).toBe(true)
    await find.fill('nobody of this name')
    await rule.getByText('Nobody is called that.').waitFor()
    // Enter looks for people; it sends no rules.
    await find.press('Enter')
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await axeViolations(page)).toEqual([])
    await page.getByLabel('Reason').fill('Two who know it.')
    await press(page, 'Set these rules')
    const set = page.getByRole('region', { name: 'Everywhere', exact: true })
    await set.getByText('version 1, set by Eva').waitFor()
    await set.getByText('Wilhelmina Eldest or Crowd 7').waitFor()
  })

  test('for a delegation, a filter, an owner and the trail', async () => {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/policy`)
    await press(page, 'Have somebody approve for you')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('searchbox', { name: 'Find for “To”' }).fill('eldest')
    await dialog.getByLabel('To', { exact: true }).selectOption('Wilhelmina Eldest')
    // Looking for somebody else lets go of nobody.
    await dialog.getByRole('searchbox').fill('crowd')
    await dialog.getByText('50 found.').waitFor()
    expect(await dialog.getByLabel('To', { exact: true }).inputValue()).toBe(eldest.accountId)

    await page.goto(`${console.origin}/changes?view=all`)
    await press(page, 'More')
    await dialog.getByRole('searchbox', { name: 'Find for “Opened by”' }).fill('eldest')
    await dialog.getByLabel('Opened by', { exact: true }).selectOption('Wilhelmina Eldest')
    await press(page, 'Show these')
    await page.getByText('1 change', { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('by')).toBe(eldest.accountId)

    await page.goto(`${console.origin}/systems/support-bot`)
    await press(page, 'Say what it is for')
    await dialog.getByRole('searchbox', { name: 'Find for “Owner”' }).fill('eldest')
    await dialog.getByLabel('Owner', { exact: true }).selectOption('Wilhelmina Eldest')
    await dialog.getByRole('button', { name: 'Save version 1' }).click()
    await page.getByText('Wilhelmina Eldest').first().waitFor()

    await page.goto(`${console.origin}/audit`)
    await page.getByRole('searchbox', { name: 'Find for “Who”' }).fill('eldest')
    await page.getByLabel('Who', { exact: true }).selectOption('Wilhelmina Eldest')
    await expect.poll(() => new URL(page.url()).searchParams.get('actor')).toBe(eldest.accountId)
    await page.getByRole('row', { name: /change\.open/ }).waitFor()
    expect(await axeViolations(page)).toEqual([])
  })
})

describe('the palette', () => {
  test('shows people, and leads to the changes that they opened', async () => {
    const page = await console.openAs(admin)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find or do' }).fill('wilhelmina')
    await page.getByRole('option', { name: /^Wilhelmina Eldest/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('1 change', { exact: true }).waitFor()
    await page.getByText('A change of the eldest').waitFor()
    expect(new URL(page.url()).searchParams.get('by')).toBe(eldest.accountId)
  })

  test('goes nowhere by Enter before what is typed now was answered', async () => {
    const page = await console.openAs(admin)
    await page.keyboard.press('Control+k')
    const input = page.getByRole('combobox', { name: 'Find or do' })
    await input.fill('A change of')
    await page.getByRole('option', { name: /^A change of the eldest/ }).waitFor()
    let answer = (): void => undefined
    await page.route('**/v1/search**', async (route) => {
      await new Promise<void>((resolve) => (answer = resolve))
      await route.continue()
    })
    const asked = page.waitForRequest((request) => request.url().includes('q=Another'))
    await input.fill('Another one')
    await asked
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).pathname).toBe('/')
    expect(await page.getByRole('option', { name: /eldest/ }).count()).toBe(0)
    answer()
    await page.getByRole('option', { name: /^Another one/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Another one' }).waitFor()
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })
})

test('the trail is taken along as it is filtered, and no cell of it is a formula', async () => {
  const formula = '=HYPERLINK("//evil.example")'
  const { token } = await console.server.addPerson(admin.tenant, 'member', formula)
  await console.server.expectOk({
    method: 'POST',
    path: '/v1/changes',
    token,
    body: { system: await systemOf('support-bot'), title: 'x', changeTypes: ['other'] },
  })
  const page = await console.openAs(admin)
  await page.goto(`${console.origin}/audit?action=change.`)
  await page.getByRole('row').nth(1).waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as CSV')])
  expect(file.suggestedFilename()).toBe('audit-events.csv')
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n')
  const at = (lines[0] ?? '').split(',').indexOf('action')
  expect(new Set(lines.slice(1).map((line) => line.split(',')[at]))).toEqual(new Set(['change.open']))
  expect(lines).toHaveLength(4)
  expect(lines.filter((line) => line.includes('HYPERLINK'))).toEqual([
    expect.stringContaining(`"'=HYPERLINK(""//evil.example"")"`),
  ])
  // A refusal is said on the page, and no file is made of it.
  await page.route('**/v1/me', (route) => route.fulfill({ status: 503, json: { title: 'Too much to do' } }))
  await press(page, 'Export as CSV')
  await page.getByRole('alert').waitFor()
})
