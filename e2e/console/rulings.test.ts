import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { approve } from '../../packages/server/testing/lifecycle.ts'
import { beginStory, type Story } from '../../packages/server/testing/standing-story.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
let approver: Person
let viewer: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member', 'Ada')
  approver = await console.addPerson('approver', 'Bo')
  viewer = await console.addPerson('viewer', 'Vi')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

let made = 0
const fresh = (name: string) => `${name}-${(made += 1)}`
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click()
const side = (page: Page) => page.getByRole('complementary', { name: 'What to do, and facts' })

/** A system that runs with what was accepted, in which nothing may run that isn't decided. */
async function strict(name: string): Promise<Story> {
  const story = await beginStory(console.server, { author, approver }, fresh(name))
  const rules = [{ decision: 'before', validDays: 30 }]
  const body = { system: story.system, rules, reason: 'Nothing runs undecided.' }
  await console.server.expectOk({ method: 'POST', path: '/v1/policies', token: console.server.admin.token, body })
  await story.runs(0.1)
  await story.accepts()
  return story
}

/** A plan that was decided to go ahead. */
async function decided(story: Story, options: Parameters<Story['decides']>[1] = {}) {
  const changeId = await story.plans(0.4)
  await story.confirms(changeId)
  return { changeId, recordId: await story.decides(changeId, options) }
}

async function openLife(person: Person, changeId: string): Promise<Page> {
  const page = await console.openAs(person)
  await page.goto(`${console.origin}/changes/${changeId}`)
  await page.getByRole('navigation', { name: 'Life of this change' }).waitFor()
  return page
}

describe('the card of a change says what the gate says', () => {
  test('that it may run while the gate is open, by whom and until when; nothing of it once its approval has ended', async () => {
    const story = await strict('ended')
    const { changeId } = await decided(story)
    const page = await openLife(author, changeId)
    await side(page).getByRole('heading', { name: 'It may run' }).waitFor()
    await side(page)
      .getByText(/The gate is open: decided, by Bo, until /)
      .waitFor()
    expect(await axeViolations(page)).toEqual([])
    await console.server.owner.query(
      `update decision set settled_at = settled_at - interval '31 days' where change_id = $1`,
      [changeId],
    )
    await page.reload()
    await side(page).getByRole('heading', { name: 'Its approval has ended' }).waitFor()
    await side(page).getByText('The gate is shut: approval ended').waitFor()
    expect(await page.getByText('It may run').count()).toBe(0)
    expect(await page.getByText('It waits for its deployment.').count()).toBe(0)
    expect(await axeViolations(page)).toEqual([])
    await press(page, 'Decide again')
    await page.getByRole('dialog', { name: 'Propose a decision' }).waitFor()

    const looking = await openLife(viewer, changeId)
    await side(looking).getByRole('heading', { name: 'Its approval has ended' }).waitFor()
    await side(looking).getByText('It waits for somebody who decides again.').waitFor()
    expect(await looking.getByRole('button', { name: 'Decide again' }).count()).toBe(0)
  })

  test('that what it starts from runs no more, and that a plan waits although nothing decided covers it', async () => {
    const story = await strict('elsewhere')
    const { changeId } = await decided(story)
    await story.runs(0.9)
    const page = await openLife(author, changeId)
    await side(page).getByRole('heading', { name: 'What it starts from has changed' }).waitFor()
    const other = await story.plans(0.5)
    await page.goto(`${console.origin}/changes/${other}`)
    await side(page).getByText('The gate is shut: undecided.').waitFor()
    expect(await page.getByText('It may run').count()).toBe(0)
  })

  test('that what was refused and runs must not, with the way back', async () => {
    const story = await strict('refused')
    const changeId = (await story.runs(0.4)) ?? ''
    await story.confirms(changeId)
    await story.decides(changeId, { decision: 'not_act' })
    const page = await openLife(author, changeId)
    await side(page).getByRole('heading', { name: 'It must not run' }).waitFor()
    await side(page)
      .getByText(/It waits to be rolled back/)
      .waitFor()
    await side(page).getByText(`npx afterai history ${story.system}`).waitFor()
    await page.goto(console.origin)
    const why = page.getByText(/Refused: A sealed record refuses it\./)
    await why.first().waitFor()
    expect(await why.count()).toBe(1)
  })

  test('that a condition is broken, what was found, since when and by whom', async () => {
    const story = await strict('broken')
    const { changeId, recordId } = await decided(story, { conditions: ['Watch refunds'] })
    const finding = { condition: 'Watch refunds', outcome: 'broken', note: 'Refunds fail by 9 %.' }
    await story.post(`/v1/records/${recordId}/findings`, finding)
    const page = await openLife(author, changeId)
    await side(page).getByRole('heading', { name: 'A condition is broken' }).waitFor()
    await side(page)
      .getByText(/“Watch refunds”: Refunds fail by 9 %\. Found on .* by Ada\./)
      .waitFor()
    expect(await page.getByText('It may run').count()).toBe(0)
  })
})

describe('a record', () => {
  test('says which condition is broken and what was found, in whose place somebody approved, and that it was an emergency: on its page, in HTML and in the report', async () => {
    const standIn = await console.addPerson('approver', 'Cy')
    const story = await strict('whole')
    const body = { to: standIn.accountId, until: new Date(Date.now() + 86_400_000).toISOString(), reason: 'On leave.' }
    await console.server.expectOk({ method: 'POST', path: '/v1/delegations', token: approver.token, body })
    await console.server.expectOk({
      method: 'POST',
      path: '/v1/policies',
      token: console.server.admin.token,
      body: {
        system: story.system,
        rules: [{ decision: 'before', approvals: { ruleType: 'unanimous_approval', people: [approver.accountId] } }],
        reason: 'Bo decides.',
      },
    })
    const changeId = await story.plans(0.4)
    await story.post(`/v1/changes/${changeId}/emergency`, { reason: 'The provider is down.' }, approver)
    await story.confirms(changeId)
    const { id } = await story.proposes(changeId, { conditions: ['Watch refunds', 'Tell support'] })
    const { recordId } = await approve(console.server, standIn, id)
    await story.post(`/v1/records/${recordId}/findings`, {
      condition: 'Watch refunds',
      outcome: 'broken',
      note: 'Refunds fail by 9 %.',
    })
    const said = [
      /Cy, in the place of Bo,/,
      /Emergency/,
      /Bo declared on .* that it had to run before it could be decided: The provider is down\./,
      /Watch refunds\. Broken since .*, as Ada found: Refunds fail by 9 %\./,
      /Tell support\. Nobody has looked\./,
    ]
    const page = await console.openAs(viewer)
    await page.goto(`${console.origin}/records/${recordId}`)
    const document = page.getByRole('article')
    await document.waitFor()
    for (const words of [...said, /doesn’t hold any more/]) expect(await document.innerText()).toMatch(words)
    expect(await axeViolations(page)).toEqual([])
    const [saved] = await Promise.all([page.waitForEvent('download'), press(page, 'HTML')])
    const html = readFileSync(await saved.path(), 'utf8')
    for (const words of said) expect(html).toMatch(words)
    await page.goto(`${console.origin}/changes/${changeId}/report`)
    const report = page.getByRole('main')
    await report.getByText(/Cy approved in the place of Bo/).waitFor()
    for (const words of [...said.slice(2), /The gate is shut: condition broken; decided by Cy/])
      expect(await report.innerText()).toMatch(words)
  })
})

describe('a form', () => {
  test('of a change makes its new system with it, or neither; what is refused is said at its field and in the page’s words', async () => {
    const system = fresh('made-with')
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes/new`)
    await page.getByLabel('What changes').fill('Refill the index')
    await page.getByLabel('System').fill(system)
    await page.getByText('There is none of this name yet').waitFor()
    await press(page, 'Record the change')
    const alert = page.getByRole('alert')
    await page.getByRole('group', { name: 'Kinds' }).getByText('Choose one at least.').waitFor()
    expect(await alert.innerText()).not.toMatch(/JSON|pointer|`|errors/)
    const named = await console.server.owner.query('select from system where name = $1', [system])
    expect(named.rows).toEqual([])
    await page.getByLabel('Retrieval').check()
    await page.getByLabel('Environment').fill('not a name')
    await press(page, 'Record the change')
    await page.getByText(/^Letters, digits and .* only/).waitFor()
    expect(await page.getByLabel('Environment').getAttribute('aria-invalid')).toBe('true')
    expect((await console.server.owner.query('select from system where name = $1', [system])).rows).toEqual([])
    await page.getByLabel('Environment').fill('production')
    await press(page, 'Record the change')
    await page.getByRole('heading', { level: 1, name: 'Refill the index' }).waitFor()
    expect((await console.server.owner.query('select from system where name = $1', [system])).rows).toHaveLength(1)
  })

  test('that proposes, dismisses, confirms or closes is sent by Enter, and says which field is needed before it asks anything', async () => {
    const story = await strict('by-enter')
    const [proposed, dismissed] = [await story.plans(0.4), await story.plans(0.5)]
    const page = await openLife(author, dismissed)
    await press(page, 'Dismiss')
    const dialog = page.getByRole('dialog')
    await press(page, 'Dismiss change')
    expect(await isMissing(page, 'Why')).toBe(true)
    await dialog.getByLabel('Why').fill('A mistake.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 2, name: 'Dismissed' }).waitFor()

    await page.goto(`${console.origin}/changes/${proposed}`)
    await press(page, 'Confirm')
    await dialog.getByLabel('Severity').selectOption('low')
    await page.keyboard.press('Control+Enter')
    await press(page, 'Decide without')
    await dialog.getByLabel('Review by').press('Enter')
    expect(await isMissing(page, 'Reasons')).toBe(true)
    await dialog.getByLabel('Reasons').fill('So it was agreed.')
    await dialog.getByLabel('Review by').press('Enter')
    await page.getByRole('heading', { level: 2, name: 'An approval is awaited' }).waitFor()
  })

  test('for a file says why an empty one can’t be read', async () => {
    const story = await strict('empty')
    const changeId = await story.plans(0.4)
    await story.confirms(changeId)
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes/${changeId}/assess`)
    const picker = page.getByRole('region', { name: 'Before the change' })
    const empty = { name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) }
    await picker.getByLabel('Before the change: a file of results').setInputFiles(empty)
    await picker.getByText(/is empty|nothing in it|no rows/i).waitFor()
    expect(await picker.innerText()).not.toMatch(/--|afterai |Content-Type|JSON pointer/)
  })
})

/** Whether the browser itself holds a needed field to be empty. */
function isMissing(page: Page, label: string): Promise<boolean> {
  return page.getByLabel(label).evaluate((it: { validity: { valueMissing: boolean } }) => it.validity.valueMissing)
}
