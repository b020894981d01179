import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange } from '../../packages/server/testing/lifecycle.ts'
import { beginStory } from '../../packages/server/testing/standing-story.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

// What somebody typed and nobody has sent is never dropped without a question.

let console: ConsoleUnderTest
let admin: Person
let author: Person
let approver: Person
let pending: string
let assessed: string
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin', 'Eva')
  author = await console.addPerson('member', 'Ada')
  approver = await console.addPerson('approver', 'Bo')
  const story = await beginStory(console.server, { author, approver }, 'pending-bot')
  await story.runs(0.1)
  await story.accepts()
  pending = (await story.runs(0.2)) ?? ''
  assessed = (await assessedChange(console.server, author, 'assessed-bot')).changeId
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** Goes to a page, and leaves one to go forward to, within the same document. */
async function goWithWayOn(page: Page, path: string): Promise<void> {
  await page.goto(`${console.origin}${path}`)
  const rail = page.getByRole('navigation', { name: 'Pages', exact: true })
  await rail.getByRole('link', { name: 'Evaluations' }).click()
  await page.getByRole('heading', { level: 1, name: 'Evaluations' }).waitFor()
  await page.evaluate('history.back()')
  await page.getByRole('heading', { level: 1, name: 'Evaluations' }).waitFor({ state: 'detached' })
}
const thought = 'Half a thought'

interface DialogCase {
  readonly path: () => string
  readonly open: (page: Page) => Promise<unknown>
  readonly by?: () => Person
}

const menuItem = (name: string) => async (page: Page) => {
  await press(page, 'More')
  await page.getByRole('menuitem', { name, exact: true }).click()
}

/** Every kind of dialog that something is typed into, by who may open it. */
const dialogs: Readonly<Record<string, DialogCase>> = {
  'an envelope': { path: () => '/policy', open: (page) => press(page, 'Propose an envelope') },
  'a delegation': {
    path: () => '/policy',
    open: (page) => press(page, 'Have somebody approve for you'),
    by: () => approver,
  },
  'an invitation': { path: () => '/settings/members', open: (page) => press(page, 'Invite a person') },
  'a service account': {
    path: () => '/settings/service-accounts',
    open: (page) =>
      page
        .getByRole('button', { name: /service account/ })
        .first()
        .click(),
  },
  'an API key': { path: () => '/settings/keys', open: (page) => press(page, 'Make a key') },
  'a stream': { path: () => '/settings/streams', open: (page) => press(page, 'Add a stream') },
  'a provider': { path: () => '/settings/providers', open: (page) => press(page, 'Add a provider') },
  filters: { path: () => '/changes', open: (page) => press(page, 'More') },
  'a saved view': { path: () => '/changes?q=bot', open: (page) => press(page, 'Save view') },
  'the card of a system': {
    path: () => '/systems/pending-bot',
    open: (page) => press(page, 'Say what it is for'),
  },
  dismissing: { path: () => `/changes/${pending}`, open: (page) => press(page, 'Dismiss'), by: () => author },
  'a decision': {
    path: () => `/changes/${assessed}`,
    open: (page) => press(page, 'Propose a decision'),
    by: () => author,
  },
  'a determination': {
    path: () => `/changes/${assessed}`,
    open: menuItem('Say what it is to regulators'),
    by: () => author,
  },
  'an emergency': { path: () => `/changes/${assessed}`, open: menuItem('Declare an emergency'), by: () => approver },
}

describe('in a dialog', () => {
  test.each(Object.entries(dialogs))('about %s, Escape asks first', async (_, { path, open, by = () => admin }) => {
    const page = await console.openAs(by())
    await goWithWayOn(page, path())
    await open(page)
    const dialog = page.getByRole('dialog')
    const field = dialog.locator('textarea, input:is([type=text], [type=email], :not([type]))').first()
    await field.fill(thought)
    await page.keyboard.press('Escape')
    const question = dialog.getByRole('alert').getByText('Discard what you typed?')
    await question.waitFor()
    expect(await axeViolations(page)).toEqual([])
    // The answer that loses nothing has the focus; Escape is the same answer.
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe(thought)
    await page.keyboard.press('Escape')
    await question.waitFor()
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'detached' })
    // A press beside it closes nothing.
    await page.mouse.click(4, 4)
    expect(await field.inputValue()).toBe(thought)
    // The browser's own Forward and Back ask, too, over the dialog, which stays.
    await page.evaluate('history.forward()')
    const leaving = page.getByRole('dialog', { name: 'Discard what you typed?' })
    await leaving.getByRole('button', { name: 'Keep writing' }).click()
    await leaving.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe(thought)
    await field.focus()
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(new URL(page.url()).pathname).toBe(path().split('?')[0])
  })

  test('nothing is asked where nothing is left of what was typed, or it was sent', async () => {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/settings/keys`)
    const dialog = page.getByRole('dialog')
    await press(page, 'Make a key')
    await dialog.getByLabel('Name').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await press(page, 'Make a key')
    await dialog.getByLabel('Name').fill('ci')
    await dialog.getByLabel('Name').fill('')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await press(page, 'Make a key')
    await dialog.getByLabel('Name').fill('ci')
    await press(page, 'Make the key')
    await dialog
      .getByText(/^aftr_/)
      .first()
      .waitFor()
    await page.goto(`${console.origin}/settings/members`)
    await page.getByRole('row', { name: /Eva/ }).waitFor()
    expect(await dialog.count()).toBe(0)
  })
})

/** Pages that are a form. */
const forms: Readonly<Record<string, { path: string; label: string; by: () => Person }>> = {
  'of a change': { path: '/changes/new', label: 'What changes', by: () => author },
  'of rules': { path: '/policy/set', label: 'Reason', by: () => admin },
}

describe('in a page', () => {
  test.each(Object.entries(forms))('%s, Back, a link, a key and closing ask first', async (_, { path, label, by }) => {
    const page = await console.openAs(by())
    await goWithWayOn(page, path)
    const field = page.getByLabel(label)
    const rail = page.getByRole('navigation', { name: 'Pages', exact: true })
    const leaving = page.getByRole('dialog', { name: 'Discard what you typed?' })
    const keep = async () => {
      await leaving.waitFor()
      expect(await axeViolations(page)).toEqual([])
      await leaving.getByRole('button', { name: 'Keep writing' }).click()
      await leaving.waitFor({ state: 'detached' })
      expect([await field.inputValue(), new URL(page.url()).pathname]).toEqual([thought, path])
    }
    await field.fill(thought)
    await rail.getByRole('link', { name: 'Changes' }).click()
    await keep()
    await page.evaluate('history.forward()')
    await keep()
    await page.getByRole('heading', { level: 1 }).focus()
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await keep()
    // Escape is the answer that loses nothing.
    await rail.getByRole('link', { name: 'Changes' }).click()
    await leaving.waitFor()
    await page.keyboard.press('Escape')
    await leaving.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe(thought)
    // The browser itself asks before the tab is closed or the page read anew.
    const asked: string[] = []
    page.on('dialog', (it) => {
      asked.push(it.type())
      void it.dismiss()
    })
    await page.close({ runBeforeUnload: true })
    await expect.poll(() => asked).toEqual(['beforeunload'])
    expect(await field.inputValue()).toBe(thought)
    await rail.getByRole('link', { name: 'Changes' }).click()
    await leaving.getByRole('button', { name: 'Discard and leave' }).click()
    await page.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
  })

  test('what was sent is not asked about', async () => {
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes/new`)
    await page.getByLabel('What changes').fill('A shorter prompt')
    await page.getByLabel('System').fill('assessed-bot')
    await page.getByLabel('prompt', { exact: true }).check()
    await press(page, 'Record the change')
    await page.getByRole('heading', { level: 1, name: 'A shorter prompt' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('preferences that come late write the page in their zone, and wipe nothing', async () => {
    const page = await console.openAs(author)
    const answers: (() => void)[] = []
    await page.route('**/v1/me/preferences', async (route) => {
      await new Promise<void>((resolve) => answers.push(resolve))
      const answer = await route.fetch()
      await route.fulfill({ response: answer, json: { ...(await answer.json()), timeZone: 'Asia/Tokyo' } })
    })
    await page.goto(`${console.origin}/changes/new`)
    await page.getByLabel('What changes').fill(thought)
    await expect.poll(() => answers.length).toBe(1)
    answers[0]?.()
    await expect.poll(() => page.evaluate(`localStorage.getItem('zone')`)).toBe('Asia/Tokyo')
    expect(await page.getByLabel('What changes').inputValue()).toBe(thought)
    // And a page whose times stand there already has them written anew.
    await page.evaluate(`localStorage.removeItem('zone')`)
    answers.length = 0
    page.on('dialog', (it) => void it.accept())
    await page.goto(`${console.origin}/changes/${assessed}`)
    const time = page.locator('main time[title]').first()
    await expect.poll(() => time.getAttribute('title')).toMatch(/CET|CEST/)
    await expect.poll(() => answers.length).toBe(1)
    answers[0]?.()
    await expect.poll(() => time.getAttribute('title')).toMatch(/GMT\+9/)
  })
})

test('how long ago something was goes on with the clock, while the page is looked at', async () => {
  const page = await console.openAs(author)
  await page.clock.install()
  await page.goto(`${console.origin}/changes?view=all`)
  const ago = page.getByRole('row').nth(1).locator('time')
  await ago.waitFor()
  const begun = Date.parse((await ago.getAttribute('datetime')) ?? '')
  await page.clock.setFixedTime(begun + 10 * 60_000)
  await page.clock.runFor(15_000)
  await expect.poll(() => ago.innerText()).toBe('10m ago')
  await page.clock.setFixedTime(begun + 3 * 3_600_000)
  await page.clock.runFor(15_000)
  await expect.poll(() => ago.innerText()).toBe('3h ago')
})
