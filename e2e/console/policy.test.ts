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
    await press(page, 'Set these rules')
    await page
      .getByRole('alert')
      .getByText(/no system/)
      .waitFor()
    expect(await page.getByLabel('Reason').inputValue()).toBe('To try it.')
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
