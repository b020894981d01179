import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { configurationOf, recordedChange } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
let colleague: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member')
  colleague = await console.addPerson('member')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const post = <T>(path: string, body: unknown): Promise<T> =>
  console.server.expectOk<T>({ method: 'POST', path, token: author.token, body })
const rows = (page: Page) => page.getByRole('table', { name: 'Changes' }).getByRole('row')
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()

let made = 0
/** A system of its own with changes that nobody has looked at: each seen by another name of a model. */
async function pendingChanges(count: number): Promise<string> {
  const system = `list-${(made += 1)}`
  await post('/v1/systems', { name: system })
  for (let index = 0; index <= count; index += 1) {
    const configuration = configurationOf(`model-${index}`)
    await post('/v1/observations', { observations: [{ system, configuration }] })
  }
  return system
}

describe('saved views', () => {
  test('keep what the list shows, for their author and for whom they are shared with; the address beats them', async () => {
    const system = await pendingChanges(2)
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes`)
    await press(page, 'More')
    await page.getByRole('dialog').getByLabel('System').fill(system)
    await page.getByRole('dialog').getByRole('button', { name: 'Show these' }).click()
    await expect.poll(() => rows(page).count()).toBe(2)
    await press(page, 'Save view')
    await page.getByRole('dialog').getByLabel('Name').fill('Ours <b>alone</b>')
    await page.getByRole('dialog').getByLabel('Everybody in the workspace sees it').check()
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click()
    const view = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Ours <b>alone</b>' })
    await expect.poll(() => view.getAttribute('aria-current')).toBe('page')

    const other = await console.openAs(colleague)
    await other.goto(`${console.origin}/changes`)
    await other.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Ours <b>alone</b>' }).click()
    await expect.poll(() => rows(other).count()).toBe(2)
    // Another filter on top is the address's: the view is as it was, and says that it differs.
    await other.getByRole('searchbox', { name: 'Search changes' }).fill('model-1 → model-2')
    await expect.poll(() => rows(other).count()).toBe(1)
    await other.getByText('Changed', { exact: true }).waitFor()
    await press(other, 'Reset')
    await expect.poll(() => rows(other).count()).toBe(2)
    // What is another's is not theirs to change: nothing is offered that would be refused.
    await expect.poll(() => other.getByText('Changed', { exact: true }).count()).toBe(0)
    expect(await other.getByRole('button', { name: /Change view|^Save$/ }).count()).toBe(0)

    await page.reload()
    await press(page, 'Change view')
    await page.getByRole('dialog').getByRole('button', { name: 'Remove view' }).click()
    await expect.poll(() => view.count()).toBe(0)
    await expect.poll(() => rows(page).count()).toBe(2)
  })
})

describe('filters', () => {
  test('are all in the address, and each can be left out', async () => {
    const system = await pendingChanges(1)
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes?system=${system}&environment=staging&origin=api&since=2026-01-01`)
    await page.getByText('No change fits these filters').waitFor()
    await press(page, 'Leave out the filter “staging”')
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(new URL(page.url()).searchParams.get('environment')).toBeNull()
    await page.goBack()
    await page.getByText('No change fits these filters').waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  test('an address that makes no sense shows the list, and refuses nothing', async () => {
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes?view=nope&since=2026-13-45&verdict=__proto__&saved=%00&class=[]&q={}`)
    await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  })
})

describe('what the server has to look for', () => {
  test('is looked for to the end: a page in which nothing fits is not said to be all there is', async () => {
    const system = await pendingChanges(1)
    const page = await console.openAs(author)
    const asked: string[] = []
    await page.route('**/v1/change-rows?**', async (route) => {
      asked.push(route.request().url())
      if (asked.length === 1) return route.fulfill({ json: { items: [], nextCursor: 'AAAA' } })
      const url = new URL(route.request().url())
      url.searchParams.delete('cursor')
      return route.continue({ url: url.href })
    })
    await page.goto(`${console.origin}/changes?system=${system}`)
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(asked[1]).toContain('cursor=AAAA')
    expect(await page.getByText('No change fits these filters').count()).toBe(0)
    await page.unrouteAll({ behavior: 'wait' })
  })

  test('is asked for once where it is refused, until the reader asks again', async () => {
    const system = await pendingChanges(1)
    const page = await console.openAs(author)
    let refused = 0
    await page.route('**/v1/change-rows?**', async (route) => {
      if (route.request().url().includes('cursor=')) {
        refused += 1
        return route.fulfill({ status: 403, json: { code: 'forbidden', title: 'It is not allowed', status: 403 } })
      }
      const answer = await route.fetch()
      const { items } = (await answer.json()) as { items: unknown[] }
      return route.fulfill({ response: answer, json: { items, nextCursor: 'AAAA' } })
    })
    await page.goto(`${console.origin}/changes?system=${system}`)
    await page.getByRole('alert').waitFor()
    for (const key of ['j', 'k', 'j', 'k', 'e', 'e']) await page.keyboard.press(key)
    await page.waitForTimeout(1_000)
    expect(refused).toBe(1)
    expect(await rows(page).count()).toBe(1)
    await page.getByRole('button', { name: /Try again/ }).click()
    await expect.poll(() => refused).toBe(2)
    await page.unrouteAll({ behavior: 'wait' })
  })
})

describe('several changes at once', () => {
  test('are chosen and confirmed by keyboard alone; those that were looked at before are left as they are', async () => {
    const system = await pendingChanges(3)
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes?system=${system}`)
    await expect.poll(() => rows(page).count()).toBe(3)
    for (const key of ['j', 'e', 'j', 'e']) await page.keyboard.press(key)
    await page.getByText('2 chosen').waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog').getByLabel('Severity').selectOption('low')
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await expect.poll(() => page.getByRole('img', { name: 'Confirmed, waits for an assessment' }).count()).toBe(2)
    const { items } = await console.server.expectOk<{ items: { status: string }[] }>({
      path: `/v1/changes?system=${system}`,
      token: author.token,
    })
    expect(items.map(({ status }) => status).toSorted()).toEqual(['confirmed', 'confirmed', 'pending'])
  })

  test('one that somebody else has dismissed meanwhile is told, and the others are done', async () => {
    const system = await pendingChanges(2)
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes?system=${system}&view=all`)
    await expect.poll(() => rows(page).count()).toBe(2)
    for (const box of await page.getByRole('checkbox').all()) await box.check()
    await press(page, 'Dismiss 2')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').fill('A trial that was undone')
    const { items } = await console.server.expectOk<{ items: { id: string }[] }>({
      path: `/v1/changes?system=${system}`,
      token: author.token,
    })
    await post(`/v1/changes/${items[0]?.id}/confirm`, {})
    await dialog.getByRole('button', { name: 'Dismiss them' }).click()
    await dialog.getByText('1 of 2 done').waitFor()
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.getByRole('alert').count()).toBe(1)
  })

  test('a row that no longer fits stays where it is, and says so', async () => {
    const system = await pendingChanges(2)
    const page = await console.openAs(author)
    const stream = page.waitForResponse((answer) => answer.url().endsWith('/v1/events'))
    await page.goto(`${console.origin}/changes?system=${system}`)
    await expect.poll(() => rows(page).count()).toBe(2)
    await stream
    const { items } = await console.server.expectOk<{ items: { id: string }[] }>({
      path: `/v1/changes?system=${system}`,
      token: author.token,
    })
    await post(`/v1/changes/${items[1]?.id}/dismiss`, { reason: 'A trial that was undone' })
    await expect.poll(() => page.getByTitle('It no longer fits what you asked for').count()).toBe(1)
    expect(await rows(page).count()).toBe(2)
  })
})

describe('how pages look', () => {
  test('goes with the account: another browser shows the same zone, density and colours', async () => {
    const system = await pendingChanges(1)
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    await page.goto(`${console.origin}/settings`)
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
    await page.getByLabel('Density').selectOption('compact')
    await page.getByLabel('Colours').selectOption('dark')
    await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await page.context().close()
    const other = await console.openAs(person)
    await expect.poll(() => other.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await other.goto(`${console.origin}/changes?system=${system}`)
    await rows(other).first().waitFor()
    expect(await rows(other).first().boundingBox()).toMatchObject({ height: 36 })
    expect(await rows(other).first().locator('time').getAttribute('title')).toMatch(/GMT\+9|JST/)
  })

  test('keys of one letter do nothing where they are turned off, on every machine', async () => {
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    await page.goto(`${console.origin}/help/keys`)
    const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT')
    await page.getByLabel(/Keys of one letter/).uncheck()
    await kept
    await page.context().close()
    const other = await console.openAs(person)
    await other.waitForLoadState('networkidle')
    for (const key of ['g', 'c']) await other.keyboard.press(key)
    await other.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
    expect(new URL(other.url()).pathname).toBe('/')
  })
})

describe('records and the trail', () => {
  test('are found by day, title and decision, and the address keeps it', async () => {
    const auditor = await console.addPerson('auditor')
    const system = `found-by-day-${(made += 1)}`
    await recordedChange(console.server, { author, approver: await console.addPerson('approver') }, system)
    const page = await console.openAs(auditor)
    await page.goto(`${console.origin}/records?q=${system}`)
    const table = page.getByRole('table', { name: 'Records' })
    await expect.poll(() => table.getByRole('row').count()).toBe(2)
    await page.getByLabel('before').fill('2020-01-01')
    await page.getByText('No record fits these filters').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.getByLabel('before').fill('')
    await page.getByLabel('From').fill('2020-01-01')
    await expect.poll(() => table.getByRole('row').count()).toBe(2)
    expect(new URL(page.url()).search).toBe(`?q=${system}&since=2020-01-01`)
    await press(page, 'Clear')
    await expect.poll(() => new URL(page.url()).search).toBe('')

    await page.goto(`${console.origin}/audit?action=decision.`)
    await page
      .getByRole('row', { name: /decision/ })
      .first()
      .waitFor()
    await page.getByLabel('before').fill('2020-01-01')
    await page.getByText('No event fits these filters').waitFor()
    await page.goto(`${console.origin}/audit?since=nonsense&until=2020-13-01`)
    await page.getByRole('row').nth(1).waitFor()
  })
})

describe('the palette', () => {
  test('leads to a part of the settings, and says so where it could not look', async () => {
    const page = await console.openAs(author)
    await page.keyboard.press('Control+k')
    const input = page.getByRole('combobox', { name: 'Find or do' })
    await input.fill('Securit')
    await page.getByRole('option', { name: 'Security' }).waitFor()
    await page.route('**/v1/search**', (route) => route.fulfill({ status: 500, body: '' }))
    await input.fill('nothing of this name')
    await page.getByText('It could not be looked for.').waitFor()
    await page.unrouteAll({ behavior: 'wait' })
    await input.fill('nothing of that name')
    await page.getByText('Nothing is called that.').waitFor()
    await input.fill('Securit')
    await page.keyboard.press('Enter')
    await expect.poll(() => new URL(page.url()).pathname).toBe('/settings/security')
    expect(console.faults().filter((fault) => !fault.includes('status of 500'))).toEqual([])
  })
})

describe('addresses of earlier answers', () => {
  test('lead to the part of the change that they name', async () => {
    const approver = await console.addPerson('approver')
    const { changeId, decisionId, assessmentId } = await recordedChange(
      console.server,
      { author, approver },
      `earlier-answers-${(made += 1)}`,
    )
    const page = await console.openAs(author)
    for (const [path, part] of [
      [`/decisions/${decisionId}`, 'decision'],
      [`/assessments/${assessmentId}`, 'assessment'],
    ] as const) {
      await page.goto(`${console.origin}${path}`)
      await expect.poll(() => page.url()).toBe(`${console.origin}/changes/${changeId}#${part}`)
    }
    await page.goto(`${console.origin}/decisions/01999999-9999-7999-8999-999999999999`)
    await page.getByRole('alert').waitFor()
  })

  test('Home opens what waits by its number', async () => {
    const page = await console.openAs(author)
    const first = page.getByRole('listitem').getByRole('link').first()
    const href = await first.getAttribute('href')
    await page.keyboard.press('1')
    await page.waitForURL(`${console.origin}${href}`)
    expect(href).toMatch(/^\/changes\//)
  })
})
