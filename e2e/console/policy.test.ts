import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
let author: Person
let approver: Person
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin', 'Eva')
  author = await console.addPerson('member', 'Ada')
  approver = await console.addPerson('approver', 'Bo')
  for (const name of ['support-bot', 'other-bot'])
    await console.server.expectOk({ method: 'POST', path: '/v1/systems', token: author.token, body: { name } })
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const part = (page: Page, name: string | RegExp) => page.getByRole('region', { name })
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const year = new Date().getUTCFullYear()
const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)

async function openPolicy(person: Person): Promise<Page> {
  const page = await console.openAs(person)
  await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Policy' }).click()
  await page.getByRole('heading', { level: 1, name: 'Policy' }).waitFor()
  return page
}

describe('rules', () => {
  test('hold where nobody set any, are set with what they mean in words, and what held before stays to be read', async () => {
    const page = await openPolicy(admin)
    await part(page, /^Everywhere$/)
      .getByText('what holds where nobody set anything')
      .waitFor()
    await page.getByRole('link', { name: 'Set rules' }).click()
    await page.getByLabel('System').fill('support-bot')
    await press(page, 'Add a rule for some changes')
    const first = page.getByRole('group', { name: 'Rule 1' })
    const means = first.getByRole('status')
    await first.getByLabel('It is decided').selectOption('Before it runs')
    await first.getByLabel('An assessment is').selectOption('Needed')
    await first.getByLabel('Who agrees').selectOption('Several people')
    await first.getByLabel('who said that it runs').uncheck()
    expect(await means.innerText()).toBe(
      [
        'Changes, stated as high or critical',
        'It is decided before it runs: the gate is shut until then.',
        'An assessment is needed: without one nothing can be proposed.',
        '2 of them agree: an administrator or an approver.',
        'Never who proposed it or who said that it runs.',
        'An administrator or an approver may declare an emergency; it is decided within 3 days then.',
      ].join('\n'),
    )
    await first.getByLabel('high').uncheck()
    await first.getByLabel('critical').uncheck()
    await first.getByText('no rule below it counts').waitFor()
    await first.getByLabel('high').check()
    expect(await axeViolations(page)).toEqual([])
    await page.getByLabel('Reason').fill('Nothing grave runs undecided.')
    await press(page, 'Set these rules')
    const set = part(page, 'support-bot, everywhere')
    await set.getByText('version 1, set by Eva').waitFor()
    await set.getByText('Every other change').waitFor()
    const { items } = await console.server.expectOk<{ items: { rules: object[] }[] }>({
      path: '/v1/policies?system=support-bot',
      token: admin.token,
    })
    expect(items[0]?.rules).toMatchObject([
      { severities: ['high'], decision: 'before', approvals: { quorum: 2, implementerMayApprove: false } },
      { decision: 'after' },
    ])
    await set.getByRole('link', { name: 'What held before this version' }).click()
    await page.getByRole('heading', { level: 2, name: /^Rules that were in force on/ }).waitFor()
    expect(await part(page, 'support-bot, everywhere').count()).toBe(0)
    await press(page, 'Back to those of now')
    await set.getByRole('link', { name: 'Set the next version' }).click()
    await page.getByRole('group', { name: 'Rule 2' }).waitFor()
    expect(await page.getByLabel('System').inputValue()).toBe('support-bot')
  })

  test('that can’t be are refused beside their field, and what was typed stays', async () => {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/policy/set?system=no-such-bot`)
    await page.getByLabel('Who agrees').selectOption('All of certain people')
    await page.getByText('Name the people who are to agree.').waitFor()
    await page.getByLabel('Reason').fill('To try it.')
    await press(page, 'Set these rules')
    await page.getByRole('alert').waitFor()
    await page.getByText(/^Rule 1, .*needs the people who are to agree/).waitFor()
    await page.getByLabel('Bo').check()
    await page.getByText('what one of them proposes could not be approved').waitFor()
    await press(page, 'Set these rules anyway')
    await page
      .getByRole('alert')
      .getByText(/no system/)
      .waitFor()
    expect(await page.getByLabel('Reason').inputValue()).toBe('To try it.')
  })

  test('of a scope that is named later are loaded, unless something was altered: then they are offered', async () => {
    const set = (body: object) =>
      console.server.expectOk({ method: 'POST', path: '/v1/policies', token: admin.token, body })
    await set({ system: 'other-bot', rules: [{ decision: 'never' }], reason: 'A toy.' })
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/policy/set`)
    const decided = page.getByRole('group', { name: 'Rule 1' }).getByLabel('It is decided')
    expect(await decided.inputValue()).toBe('after')
    await page.getByLabel('System').fill('other-bot')
    await expect.poll(() => decided.inputValue()).toBe('never')
    await page.getByLabel('System').fill('')
    await expect.poll(() => decided.inputValue()).toBe('after')
    await decided.selectOption('Before it runs')
    await page.getByLabel('System').fill('other-bot')
    await page.getByText('This scope has rules of its own: version 1.').waitFor()
    expect(await decided.inputValue()).toBe('before')
    expect(await axeViolations(page)).toEqual([])
    await press(page, 'Load version 1, and drop mine')
    expect(await decided.inputValue()).toBe('never')
    expect(await page.getByText('This scope has rules of its own').count()).toBe(0)
  })

  test('that another person set meanwhile are shown beside what was typed, and nobody’s are lost', async () => {
    const set = (body: object) =>
      console.server.expectOk({ method: 'POST', path: '/v1/policies', token: admin.token, body })
    const read = async () =>
      (
        await console.server.expectOk<{ items: { version: number; reason: string; rules: { decision: string }[] }[] }>({
          path: '/v1/policies?environment=staging',
          token: admin.token,
        })
      ).items[0]
    await set({ environment: 'staging', rules: [{ decision: 'never' }], reason: 'For trying.' })
    const page = await console.openAs(admin)
    // Told of nothing as it happens: it learns of it when it is refused.
    await page.route('**/v1/events*', (route) => route.fulfill({ status: 503 }))
    await page.goto(`${console.origin}/policy/set?environment=staging`)
    const decided = page.getByRole('group', { name: 'Rule 1' }).getByLabel('It is decided')
    await decided.selectOption('Before it runs')
    await page.getByLabel('Reason').fill('Staging is like production.')
    await set({ environment: 'staging', rules: [{ decision: 'after', withinHours: 24 }], reason: 'A day is enough.' })
    await press(page, 'Set these rules')
    const meanwhile = page.getByRole('alert', { name: 'Set meanwhile' })
    await meanwhile.getByText(/^Eva set version 2 of these rules on/).waitFor()
    await meanwhile.getByText('A day is enough.').waitFor()
    await meanwhile.getByText('It may run, and is decided within 1 day after it began.').waitFor()
    await meanwhile.getByText('It is decided before it runs: the gate is shut until then.').waitFor()
    expect(await axeViolations(page)).toEqual([])
    // Pressed again it is refused again: nothing is set aside unseen.
    await press(page, 'Set these rules')
    await page.getByRole('alert').getByText('Eva set version 2 at').waitFor()
    expect(await read()).toMatchObject({ version: 2 })
    await press(page, 'Keep mine, to set it after version 2')
    expect([await decided.inputValue(), await page.getByLabel('Reason').inputValue()]).toEqual([
      'before',
      'Staging is like production.',
    ])
    await press(page, 'Set these rules')
    await part(page, /^staging, of every system$/)
      .getByText('version 3, set by Eva')
      .waitFor()
    expect(await read()).toMatchObject({ version: 3, reason: 'Staging is like production.' })
  })

  test('that nobody can follow are told so while they are filled in, and set only by who saw that', async () => {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/policy/set?system=other-bot&environment=test`)
    const first = page.getByRole('group', { name: 'Rule 1' })
    await first.getByLabel('It is decided').selectOption('Before it runs')
    await first.getByLabel('Who agrees').selectOption('Several people')
    await page.getByLabel('Reason').fill('Everybody agrees.')
    await first.getByLabel('How many agree').fill('19')
    // At once, before the form could ask: it asks then, says so, and sets nothing.
    await press(page, 'Set these rules')
    await first
      .getByRole('status')
      .getByText(/19 must agree, and only \d+ may: no decision by this rule could be approved\.$/)
      .waitFor()
    await page.getByText('nobody can follow all of these rules').waitFor()
    const button = page.getByRole('button', { name: 'Set these rules anyway' })
    await button.waitFor()
    expect(await axeViolations(page)).toEqual([])
    await button.click()
    await part(page, /^other-bot, in test$/)
      .getByText('version 1, set by Eva')
      .waitFor()
  })

  test('and the people of the workspace are read by both pages, in either order', async () => {
    const page = await openPolicy(admin)
    await page.goto(`${console.origin}/policy/set`)
    await page.getByRole('checkbox', { name: 'Eva' }).waitFor()
    await page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('row', { name: /Eva/ }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.getByRole('checkbox', { name: 'Eva' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('are only read by who may not set them, whatever address they type', async () => {
    const page = await openPolicy(author)
    await part(page, /^Everywhere$/).waitFor()
    expect(await page.getByRole('link', { name: /^Set / }).count()).toBe(0)
    await page.goto(`${console.origin}/policy/set`)
    await page.getByText('An administrator sets them.').waitFor()
    expect(await page.getByRole('button', { name: 'Set these rules' }).count()).toBe(0)
  })
})

describe('envelopes', () => {
  test('are proposed by one person, approved by another, shown on their system, and revoked', async () => {
    const page = await openPolicy(approver)
    await press(page, 'Propose an envelope')
    const dialog = page.getByRole('dialog', { name: 'Propose an envelope' })
    await dialog.getByLabel('Title').fill('Small moves of the temperature')
    await dialog.getByLabel('System').fill('support-bot')
    await dialog.getByLabel('May differ').fill('inference/temperature')
    await dialog.getByLabel('At least').fill('0')
    await dialog.getByLabel('At most').fill('0,5')
    await dialog.getByLabel('Until').fill(`${year + 3}-01-01`)
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Propose', exact: true }).click()
    await dialog.getByText('a JSON pointer such as').waitFor()
    await dialog.getByLabel('May differ').fill('/inference/temperature')
    await dialog.getByRole('button', { name: 'Propose', exact: true }).click()
    await dialog.getByText('lies more than a year ahead').waitFor()
    await dialog.getByLabel('Until').fill(soon)
    await dialog.getByRole('button', { name: 'Propose', exact: true }).click()
    const item = part(page, 'Small moves of the temperature')
    await item.getByText('inference · temperature, from 0 to 0.5').waitFor()
    await item.getByText('somebody else approves it').waitFor()
    expect(await item.getByRole('button', { name: /^Approve/ }).count()).toBe(0)

    const looking = await openPolicy(author)
    await part(looking, 'Small moves of the temperature').waitFor()
    expect(await looking.getByRole('button', { name: /^(Approve|Revoke)/ }).count()).toBe(0)

    const agreeing = await openPolicy(admin)
    await press(agreeing, 'Approve Small moves of the temperature')
    await press(agreeing, 'Approve the envelope')
    await part(agreeing, 'Small moves of the temperature').getByText('in force').waitFor()
    await agreeing.goto(`${console.origin}/systems/support-bot`)
    await part(agreeing, /^Standard changes/)
      .getByRole('link', { name: 'Small moves of the temperature' })
      .click()
    await press(agreeing, 'Revoke Small moves of the temperature')
    await press(agreeing, 'Revoke the envelope')
    await agreeing.getByText('One that is over').click()
    await part(agreeing, 'Small moves of the temperature').getByText('revoked', { exact: true }).waitFor()
  })
})

describe('delegations', () => {
  test('are made to who may approve, told to all, and ended by the two or an administrator', async () => {
    const page = await openPolicy(approver)
    await press(page, 'Have somebody approve for you')
    const dialog = page.getByRole('dialog', { name: 'Have somebody approve for you' })
    await dialog.getByLabel('To').waitFor()
    const offered = await dialog.getByLabel('To').locator('option').allInnerTexts()
    expect(offered).toContain('Eva')
    expect(offered).not.toContain('Bo')
    expect(offered).not.toContain('Ada')
    expect(await dialog.getByRole('button', { name: 'Delegate' }).isDisabled()).toBe(true)
    await dialog.getByLabel('To').selectOption('Eva')
    await dialog.getByLabel('Until the end of').fill(`${year - 1}-01-01`)
    await dialog.getByLabel('Reason').fill('On leave.')
    await dialog.getByRole('button', { name: 'Delegate' }).click()
    await dialog.getByText('has passed').waitFor()
    await dialog.getByLabel('Until the end of').fill(soon)
    await dialog.getByRole('button', { name: 'Delegate' }).click()
    await page
      .getByRole('row', { name: /^Eva for Bo/ })
      .getByText('in force')
      .waitFor()

    const looking = await openPolicy(author)
    await looking.getByRole('row', { name: /^Eva for Bo/ }).waitFor()
    expect(await looking.getByRole('button', { name: /^(End|Have)/ }).count()).toBe(0)

    await press(page, 'End that Eva approves for Bo')
    await page
      .getByRole('row', { name: /^Eva for Bo/ })
      .getByText('ended by Bo')
      .waitFor()
    expect(await page.getByRole('button', { name: /^End that/ }).count()).toBe(0)
  })
})
