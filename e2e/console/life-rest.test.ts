import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange, scoresPlan } from '../../packages/server/testing/lifecycle.ts'
import { beginStory, type Story } from '../../packages/server/testing/standing-story.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'
import { tellHours } from './told-hours.ts'

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
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const part = (page: Page, name: string | RegExp) => page.getByRole('region', { name })
const begin = (name: string): Promise<Story> => beginStory(console.server, { author, approver }, fresh(name))

async function openLife(person: Person, changeId: string): Promise<Page> {
  const page = await console.openAs(person)
  await page.goto(`${console.origin}/changes/${changeId}`)
  await page.getByRole('navigation', { name: 'Life of this change' }).waitFor()
  return page
}

async function more(page: Page, item: string): Promise<void> {
  await press(page, 'More')
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** A change that runs, confirmed. */
async function running(it: Story): Promise<string> {
  await it.runs(0.1)
  await it.accepts()
  const changeId = (await it.runs(0.2)) ?? ''
  await it.confirms(changeId)
  return changeId
}

describe('conditions', () => {
  test('stand with what was found of them; a broken one stays broken, and has it decided again', async () => {
    const it = await begin('conditions')
    const changeId = await running(it)
    await it.decides(changeId, { conditions: ['Watch refunds', 'Tell support'] })
    const page = await openLife(author, changeId)
    const list = part(page, 'Conditions')
    expect(await list.getByText('Nobody has looked').count()).toBe(2)
    await press(page, 'Say how it stands: Tell support')
    const dialog = page.getByRole('dialog', { name: 'How the condition stands' })
    await dialog.getByLabel('What you looked at').fill('The mail of Monday.')
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Say so' }).click()
    await list.getByText('The mail of Monday.').waitFor()
    await press(page, 'Say how it stands: Watch refunds')
    await dialog.getByLabel('Outcome').selectOption('It is broken')
    await dialog.getByText('It stays broken, whatever is found later.').waitFor()
    await dialog.getByLabel('What you looked at').fill('Refunds fail.')
    await dialog.getByRole('button', { name: 'Say so' }).click()
    await list.getByRole('listitem').filter({ hasText: 'Watch refunds' }).getByText('Broken').waitFor()
    await list.getByRole('listitem').filter({ hasText: 'Tell support' }).getByText('Met').waitFor()

    const looking = await openLife(viewer, changeId)
    await part(looking, 'Conditions').getByText('Refunds fail.').waitFor()
    expect(await looking.getByRole('button', { name: /^(Say how|More)/ }).count()).toBe(0)

    // The page says first what the gate says: it may not run any more.
    await page.getByRole('heading', { level: 2, name: 'A condition is broken' }).waitFor()
    await page.getByText('A condition of it is broken').waitFor()
    await press(page, 'Decide again')
    await page.getByRole('dialog', { name: 'Propose a decision' }).getByLabel('Decision').selectOption('rollback')
    await page.getByRole('dialog').getByLabel('Reasons').fill('Refunds fail.')
    await press(page, 'Propose')
    await page.getByRole('heading', { level: 2, name: 'An approval is awaited' }).waitFor()
  })
})

describe('what else can be done to a change', () => {
  test('its risk is set again, and what it is to regulators is said, twice', async () => {
    const it = await begin('said')
    const changeId = await running(it)
    const page = await openLife(author, changeId)
    await more(page, 'Set the risk again')
    await page.getByRole('dialog').getByLabel('Severity').selectOption('critical')
    await press(page, 'Set the risk')
    await page.getByText('Risk set').waitFor()
    expect((await it.change(changeId)).risk?.severity).toBe('critical')
    for (const [as, reason] of [
      ['substantial', 'It serves another purpose.'],
      ['neither', 'On reading it again it does not.'],
    ] as const) {
      await more(page, 'Say what it is to regulators')
      await page.getByRole('dialog').getByLabel('It is').selectOption(as)
      await page.getByRole('dialog').getByLabel('Reason').fill(reason)
      await press(page, 'Say so')
      await part(page, 'To regulators').getByText(reason).waitFor()
    }
    await part(page, 'To regulators').getByText('It is neither substantial nor determined beforehand.').waitFor()
    await part(page, 'To regulators').getByText('What was said before').click()
    await part(page, 'To regulators').getByText('It serves another purpose.').waitFor()
    expect((await it.change(changeId)).status).toBe('confirmed')
  })

  test('an emergency is declared by whom the policy names, and by nobody else', async () => {
    const it = await begin('urgent')
    const changeId = await it.plans(0.3)
    const member = await openLife(author, changeId)
    await press(member, 'More')
    expect(await member.getByRole('menuitem').allInnerTexts()).not.toContain('Declare an emergency')
    const page = await openLife(approver, changeId)
    await more(page, 'Declare an emergency')
    await page.getByRole('dialog').getByLabel('Reason').fill('The provider is down.')
    await page.getByRole('dialog').getByRole('button', { name: 'Declare an emergency' }).click()
    await page.getByText('Bo declared that it had to run before it could be decided: The provider is down.').waitFor()
    await press(page, 'More')
    expect(await page.getByRole('menuitem').allInnerTexts()).not.toContain('Declare an emergency')
  })

  test('a pending change is merged into another, and names it from then on', async () => {
    const it = await begin('twice')
    await it.runs(0.1)
    const { body } = await it.post<{ id: string }>('/v1/changes', {
      system: it.system,
      title: 'The temperature goes up',
      changeTypes: ['inference'],
    })
    const planned = await it.plans(0.3)
    const page = await openLife(author, body.id)
    await more(page, 'Merge it into another')
    await page.getByRole('dialog').getByLabel('Into').selectOption('Temperature 0.3 (pending)')
    await page.getByRole('dialog').getByLabel('Why they are one').fill('One deployment.')
    await press(page, 'Merge')
    await page.getByRole('heading', { level: 2, name: 'Dismissed' }).waitFor()
    expect((await it.change(body.id)).mergedInto).toBe(planned)
  })

  test('a change without a configuration is said to run, and to have ended', async () => {
    const it = await begin('index')
    const { body } = await it.post<{ id: string }>('/v1/changes', {
      system: it.system,
      title: 'Index rebuilt',
      changeTypes: ['data'],
    })
    const page = await openLife(author, body.id)
    await more(page, 'Say that it runs')
    await page.getByRole('dialog').getByLabel('Revision').fill('4f2a9c1')
    await press(page, 'Say that it runs')
    await page.getByText('It runs', { exact: true }).waitFor()
    await more(page, 'Say that it ended')
    await press(page, 'Say that it ended')
    await page.getByText('It ended', { exact: true }).waitFor()
    expect(await it.life(body.id)).toMatchObject({ revision: '4f2a9c1', running: 'ended' })
  })
})

describe('the evidence', () => {
  test('a plan is sealed before its results and shown beside them; an earlier assessment says what the newest says otherwise', async () => {
    const { changeId, baselineId, candidateId } = await assessedChange(console.server, author, fresh('planned'))
    const page = await openLife(author, changeId)
    await more(page, 'Seal a plan for its results')
    const dialog = page.getByRole('dialog', { name: 'Seal a plan' })
    await dialog.getByText('There are results already').waitFor()
    await dialog.getByRole('button', { name: 'Seal the plan' }).click()
    await dialog.getByText(/has no metric that may decide/).waitFor()
    await dialog.getByLabel('Margin of score').fill('0,05')
    await dialog.getByLabel('Attempts at most').fill('3')
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Seal the plan' }).click()
    const plan = part(page, /^What was planned/)
    await plan.getByText('margin 0.05').waitFor()
    await plan.getByText('3 at most').waitFor()
    await plan.getByText('The assessment shown isn’t of this plan.').waitFor()
    await console.server.expectOk({
      method: 'POST',
      path: `/v1/changes/${changeId}/assessments`,
      token: author.token,
      body: {
        baselineEvaluationId: baselineId,
        candidateEvaluationId: candidateId,
        plan: { metrics: [{ ...scoresPlan.metrics[0], margin: 0.5 }] },
      },
    })
    await page.reload()
    await plan.getByText('What came doesn’t follow it.').waitFor()
    await page.getByRole('button', { name: '2 assessments, this is the newest' }).click()
    await page.getByRole('menuitem').last().click()
    await page.getByText('What the newest says otherwise').waitFor()
    expect(await page.getByText('score: undecided here, not worse in the newest').count()).toBe(1)
  })

  test('has the day around the instant at which it began to run, where telemetry tells of it', async () => {
    const { changeId, systemId } = await assessedChange(console.server, author, fresh('around'))
    const page = await openLife(author, changeId)
    expect(await part(page, 'The day before it ran, and the day after').count()).toBe(0)
    await tellHours(console.server, systemId, [{ calls: 30 }, { calls: 10 }])
    await page.reload()
    const around = part(page, 'The day before it ran, and the day after').getByRole('img')
    await around.waitFor()
    expect(await around.getAttribute('aria-label')).toContain('One change began to run meanwhile.')
  })
})

test('[ and ] go to the changes before and after it in the list that one came from', async () => {
  const it = await begin('listed')
  const ids = [await it.plans(0.3), await it.plans(0.4), await it.plans(0.5)]
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes?view=all&system=${it.system}`)
  await page.getByRole('link', { name: 'Temperature 0.4' }).click()
  await page.waitForURL(`**/changes/${ids[1]}`)
  await page.getByRole('heading', { level: 1, name: 'Temperature 0.4' }).waitFor()
  await page.keyboard.press(']')
  await page.getByRole('heading', { level: 1, name: 'Temperature 0.3' }).waitFor()
  expect(await page.getByRole('link', { name: 'The change after it in the list' }).count()).toBe(0)
  await page.keyboard.press('[')
  await page.getByRole('heading', { level: 1, name: 'Temperature 0.4' }).waitFor()
  await page.getByRole('link', { name: 'The change before it in the list' }).click()
  await page.getByRole('heading', { level: 1, name: 'Temperature 0.5' }).waitFor()
})

test('what waits to be closed stands on Home, and leads to its page', async () => {
  const it = await begin('unclosed')
  const changeId = await running(it)
  await it.decides(changeId)
  await it.post(`/v1/changes/${changeId}/verification`, { evidence: 'As before.' })
  const page = await console.openAs(author)
  await page
    .getByRole('link', { name: /^Close / })
    .filter({ hasText: (await it.change(changeId)).title })
    .last()
    .click()
  await page.getByRole('heading', { level: 2, name: 'Close its life' }).waitFor()
  await press(page, 'Close the change')
  await press(page, 'Close and seal')
  await page.getByRole('heading', { level: 2, name: 'Closed' }).waitFor()
  expect((await it.life(changeId)).closeCode).toBe('successful')
})
