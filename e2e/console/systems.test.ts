import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { configurationOf, recordedChange } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'
import { tellHours } from './told-hours.ts'

let console: ConsoleUnderTest
let author: Person
let approver: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member', 'Ada')
  approver = await console.addPerson('approver', 'Bo')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const part = (page: Page, name: string | RegExp) => page.getByRole('region', { name })
const plot = (page: Page) => part(page, 'How it does').getByRole('img')

const hasFocus = async (link: Locator) => (await link.and(link.page().locator(':focus')).count()) === 1

let made = 0

/** A system by a name that no other try of a test has used, which ran with some models one after the other. */
async function newSystem(word: string, models: readonly string[] = []): Promise<{ id: string; name: string }> {
  const name = `${word}-${(made += 1)}`
  const post = <T>(path: string, body: unknown) =>
    console.server.expectOk<T>({ method: 'POST', path, token: author.token, body })
  const { id } = await post<{ id: string }>('/v1/systems', { name })
  for (const model of models)
    await post('/v1/observations', { observations: [{ system: name, configuration: configurationOf(model) }] })
  return { id, name }
}

describe('the series of a system', () => {
  test('shows hours on one axis with the changes that began to run, and says the same in a sentence and a table', async () => {
    const system = `measured-${(made += 1)}`
    const { systemId, changeId } = await recordedChange(console.server, { author, approver }, system)
    await tellHours(console.server, systemId, [{ calls: 40, errors: 10 }, { calls: 0 }, { calls: 20 }])
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${system}`)
    await plot(page).waitFor()
    expect(await plot(page).getAttribute('aria-label')).toMatch(
      /^Calls over time: 168 points, from 20 to 40, 40 at the end\. Nothing was told for 166 of 168\. One change began to run meanwhile\.$/,
    )
    await part(page, 'How it does').getByLabel('Measure').selectOption('Errors')
    await expect.poll(() => plot(page).getAttribute('aria-label')).toContain('from 0 % to 25 %')
    await page.getByText('As a table').click()
    const rows = page.getByRole('table', { name: /^Errors, by the hour/ }).getByRole('row')
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringContaining('Hour from'),
      expect.stringMatching(/25 %\s+40/),
      expect.stringMatching(/0 %\s+20/),
    ])
    await page.getByRole('navigation', { name: 'Changes that began to run' }).getByRole('link').click()
    await page.waitForURL(`**/changes/${changeId}`)
  })

  test('keeps what was chosen in its address, and refuses what an address can’t mean', async () => {
    const { id, name } = await newSystem('addressed')
    await tellHours(console.server, id, [{ calls: 5 }])
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}?measure=__proto__&span=1y&environment=staging`)
    await part(page, 'How it does').getByText('Nothing was told of staging in this time.').waitFor()
    expect(await part(page, 'How it does').getByLabel('Measure').inputValue()).toBe('calls')
    await part(page, 'How it does').getByLabel('Environment').selectOption('production')
    await part(page, 'How it does').getByLabel('Span').selectOption('24 hours')
    await expect.poll(() => plot(page).getAttribute('aria-label')).toContain('24 points')
    await page.reload()
    await expect.poll(() => plot(page).getAttribute('aria-label')).toContain('24 points')
  })

  test('moves along its markers by arrows, one stop of the keyboard for all', async () => {
    const { id, name } = await newSystem('marked', ['one', 'two', 'three'])
    await tellHours(console.server, id, [{ calls: 5 }])
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}`)
    const markers = page.getByRole('navigation', { name: 'Changes that began to run' }).getByRole('link')
    await expect.poll(() => markers.count()).toBe(2)
    expect(await markers.evaluateAll((all) => all.map((it) => it.getAttribute('tabindex')))).toEqual(['-1', '0'])
    await markers.last().focus()
    await page.keyboard.press('ArrowLeft')
    expect(await hasFocus(markers.first())).toBe(true)
    await page.keyboard.press('ArrowLeft')
    expect(await hasFocus(markers.first())).toBe(true)
    await page.keyboard.press('End')
    expect(await hasFocus(markers.last())).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: /two → three/ }).waitFor()
  })

  test('of nothing told names the three doors, with the address of this very server', async () => {
    const { name } = await newSystem('unheard')
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}`)
    await part(page, 'How it does').getByText('No telemetry yet').waitFor()
    await page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${console.origin} `).waitFor()
    await page.getByText(`system('${name}', { environment: 'production' })`).waitFor()
    expect(await page.getByText(`npx afterai observe --system ${name}`).count()).toBe(2)
  })
})

test('who may approve is named, and by what', async () => {
  const { name } = await newSystem('approvers')
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/systems/${name}`)
  const people = part(page, /^Who may approve/).getByRole('listitem')
  await people.filter({ hasText: 'Bo' }).getByText('approver · by their role').waitFor()
  expect(await people.filter({ hasText: 'Ada' }).count()).toBe(0)
})

describe('what ran', () => {
  test('is told for an instant: nothing before the first, what runs now by its change', async () => {
    const { name } = await newSystem('looked-back', ['one', 'two'])
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}`)
    const history = part(page, 'What ran in production')
    const at = history.getByLabel('What ran in production at')
    await at.fill('2020-01-01T00:00:00')
    await history.getByRole('button', { name: 'Look up' }).click()
    await history.getByText('nothing was known to run').waitFor()
    await at.fill('2100-01-01T00:00:00')
    await history.getByRole('button', { name: 'Look up' }).click()
    await history.getByText('That is still to come').waitFor()
    const now = new Date().toLocaleString('sv-SE', { timeZone: 'Europe/Stockholm' })
    await at.fill(now.replace(' ', 'T'))
    await history.getByRole('button', { name: 'Look up' }).click()
    const answer = history.getByRole('paragraph').filter({ hasText: 'it ran with' })
    await answer.getByRole('link', { name: /one → two/ }).waitFor()
    expect(await answer.innerText()).toMatch(/it ran with.*by/s)
  })

  test('can be compared: what differs between any two configurations', async () => {
    const { name } = await newSystem('compared', ['one', 'two', 'three'])
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}`)
    const comparing = part(page, /^Compare what ran/)
    await comparing.getByRole('row', { name: /name.*two.*three/ }).waitFor()
    const first = await comparing.getByLabel('Before').locator('option').last().getAttribute('value')
    await comparing.getByLabel('Before').selectOption(first)
    await comparing.getByRole('row', { name: /name.*one.*three/ }).waitFor()
    await comparing.getByLabel('After').selectOption(first)
    await comparing.getByText('They are the same configuration.').waitFor()
    expect(await comparing.getByRole('row').count()).toBe(0)
  })
})

describe('the baseline', () => {
  test('is accepted by an approver, who reads what that claims and what runs; nobody else is offered it', async () => {
    const { name } = await newSystem('begun', ['one'])
    const looking = await console.openAs(author)
    await looking.goto(`${console.origin}/systems/${name}`)
    await part(looking, 'What runs now').getByText('Awaits a decision').waitFor()
    expect(await looking.getByRole('button', { name: /Accept/ }).count()).toBe(0)
    const page = await console.openAs(approver)
    await page.goto(`${console.origin}/systems/${name}`)
    await page.getByRole('button', { name: 'Accept it as the baseline' }).click()
    const dialog = page.getByRole('dialog', { name: 'Accept what runs in production' })
    await dialog.getByText('You don’t say that it was assessed').waitFor()
    await dialog.getByText('acme').waitFor()
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Accept as the baseline' }).click()
    expect(await dialog.isVisible()).toBe(true)
    await dialog.getByLabel('Reason').fill('It has served since spring.')
    await dialog.getByRole('button', { name: 'Accept as the baseline' }).click()
    await part(page, 'What runs now').getByText('Accepted baseline').waitFor()
    expect(await page.getByRole('button', { name: /Accept/ }).count()).toBe(0)
  })
})

describe('the card', () => {
  test('is said, read and said again; another one’s version in between is refused, and what was typed stays', async () => {
    const { name } = await newSystem('described')
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/systems/${name}`)
    await page.getByRole('button', { name: 'Say what it is for' }).click()
    const dialog = page.getByRole('dialog', { name: `What ${name} is for` })
    await dialog.getByLabel('Purpose').fill('Answers customers.')
    await dialog.getByLabel('Owner').selectOption('Bo')
    await dialog.getByLabel(/^Deployer/).check()
    await dialog.getByLabel('Risk class').fill('Not a name!')
    await dialog.getByRole('button', { name: 'Save version 1' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Risk class').fill('limited')
    await dialog.getByLabel('Regimes').fill('baseline, eu-finance')
    await dialog.getByRole('button', { name: 'Save version 1' }).click()
    const card = part(page, /^What it is for/)
    await card.getByText('version 1, by Ada').waitFor()
    expect(await card.locator('dd').allInnerTexts()).toEqual([
      'Answers customers.',
      'Bo',
      'deployer',
      'limited',
      'baseline, eu-finance',
    ])
    await card.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByLabel('Purpose').fill('Answers them, and refunds.')
    await console.server.expectOk({
      method: 'PUT',
      path: `/v1/systems/${name}/card`,
      token: approver.token,
      body: { purpose: 'Something else.' },
    })
    await dialog.getByRole('button', { name: 'Save version 2' }).click()
    await dialog.getByRole('alert').waitFor()
    expect(await dialog.getByLabel('Purpose').inputValue()).toBe('Answers them, and refunds.')
  })

  test('is only read by who may not write, and a name with signs stays within its place', async () => {
    const { name } = await newSystem('read-only')
    const page = await console.openAs(await console.addPerson('viewer'))
    await page.goto(`${console.origin}/systems/${name}`)
    await page.getByText('Nobody has said').waitFor()
    expect(await page.getByRole('button', { name: /Say|Edit|Accept/ }).count()).toBe(0)
    await page.goto(`${console.origin}/systems/${encodeURIComponent('<script>alert(1)</script>')}`)
    await page.getByRole('alert').waitFor()
  })
})
