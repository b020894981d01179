import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange, configurationOf, proposalOf } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
let approver: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member')
  approver = await console.addPerson('approver')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const example = (name: string): string => fileURLToPath(new URL(`../../examples/support-bot/${name}`, import.meta.url))
const heading = (page: Page, name: string | RegExp, level = 1): Locator => page.getByRole('heading', { level, name })
const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
const lifeOf = (page: Page, step: string): Locator =>
  page.getByRole('navigation', { name: 'Life of this change' }).getByRole('link', { name: step })

let made = 0

/** A name that no other try of a test has used. */
const fresh = (name: string): string => `${name}-${(made += 1)}`

/** A change that was seen and that nobody has looked at. */
async function pendingChange(name: string): Promise<{ changeId: string; system: string }> {
  const system = fresh(name)
  const observe = (model: string) =>
    console.server.expectOk<{ results: { changeId: string | null }[] }>({
      method: 'POST',
      path: '/v1/observations',
      token: author.token,
      body: { observations: [{ system, configuration: configurationOf(model) }] },
    })
  await console.server.expectOk({ method: 'POST', path: '/v1/systems', token: author.token, body: { name: system } })
  await observe('large')
  return { system, changeId: (await observe('small')).results[0]?.changeId ?? '' }
}

/** A change for which a decision was proposed. */
async function proposedChange(system: string): Promise<{ changeId: string; decisionId: string; assessmentId: string }> {
  const { changeId, assessmentId } = await assessedChange(console.server, author, fresh(system))
  const { id: decisionId } = await console.server.expectOk<{ id: string }>({
    method: 'POST',
    path: `/v1/changes/${changeId}/decisions`,
    token: author.token,
    body: proposalOf(assessmentId),
  })
  return { changeId, decisionId, assessmentId }
}

describe('the life of a change', () => {
  test('goes from what was seen to a sealed record by mouse, with three people in three browsers', async () => {
    const { changeId, system } = await pendingChange('by-mouse')
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes`)
    await page.getByRole('row').filter({ hasText: system }).getByRole('link').click()
    await heading(page, /large → small/).waitFor()
    await press(page, 'Confirm')
    await page.getByRole('dialog').getByLabel('Severity').selectOption('high')
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('link', { name: 'Assess', exact: true }).click()
    for (const [side, file] of [
      ['Before the change', 'baseline.json'],
      ['After the change', 'candidate.json'],
    ] as const) {
      const picker = page.getByRole('region', { name: side })
      await picker.getByLabel(`${side}: a file of results`).setInputFiles(example(file))
      await picker.getByLabel('Slice by').selectOption('topic')
      await picker.getByText('4 slices').waitFor()
      await picker.getByRole('button', { name: 'Bring it in' }).click()
      await picker.getByText('88 cases').waitFor()
    }
    await page.getByLabel('Margin of pass').fill('2')
    await press(page, 'Compare them')
    await page
      .getByRole('region', { name: 'What it does' })
      .getByRole('row', { name: /refunds/ })
      .first()
      .waitFor()
    await page.getByText('falls by 17 points').waitFor()
    await press(page, 'Propose a decision')
    await page.getByRole('dialog').getByLabel('Decision').selectOption('reject')
    await page.getByRole('dialog').getByLabel('Reasons').fill('Refunds fail too often.')
    await press(page, 'Propose')
    await heading(page, 'An approval is awaited', 2).waitFor()
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)

    const looking = await console.openAs(await console.addPerson('viewer'))
    await looking.goto(`${console.origin}/changes/${changeId}`)
    await heading(looking, 'An approval is awaited', 2).waitFor()
    expect(await looking.getByRole('button', { name: /Approve|Propose|Confirm|Dismiss/ }).count()).toBe(0)

    const deciding = await console.openAs(approver)
    await deciding.getByRole('link', { name: /Approve .*large → small/ }).click()
    await press(deciding, 'Approve')
    await deciding.getByRole('dialog').getByLabel('Comment').fill('Agreed.')
    await press(deciding, 'Approve and seal')
    await deciding.getByText('Approved and sealed').waitFor()
    await deciding.getByRole('link', { name: 'Read and verify the record' }).click()
    await heading(deciding, /Not to go ahead|not to go ahead/).waitFor()
    await deciding.getByText('Refunds fail too often.').waitFor()
  })

  test('goes the same way by keyboard alone', async () => {
    const { system } = await pendingChange('by-keyboard')
    const page = await console.openAs(author)
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await heading(page, 'Changes').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type(system)
    await expect.poll(() => page.getByRole('row').count()).toBe(1)
    await page.keyboard.press('Tab')
    await focusOn(page, page.getByRole('row').getByRole('link'))
    await page.keyboard.press('Enter')
    await heading(page, /large → small/).waitFor()
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'Confirm the change' })
    await dialog.waitFor()
    await focusOn(page, dialog.getByRole('button', { name: 'Confirm' }))
    await page.keyboard.press('Enter')
    await focusOn(page, page.getByRole('button', { name: 'Decide without' }))
    await page.keyboard.press('Enter')
    const proposing = page.getByRole('dialog', { name: 'Propose a decision' })
    await focusOn(page, proposing.getByLabel('Reasons'))
    await page.keyboard.type('It has to go out, and nothing can be measured yet.')
    await focusOn(page, proposing.getByRole('button', { name: 'Propose' }))
    await page.keyboard.press('Enter')
    await heading(page, 'An approval is awaited', 2).waitFor()
    const address = page.url()

    const deciding = await console.openAs(approver)
    await deciding.goto(address)
    await heading(deciding, 'Your approval is asked for', 2).waitFor()
    await deciding.keyboard.press('a')
    const approving = deciding.getByRole('dialog', { name: /Approve the decision/ })
    await focusOn(deciding, approving.getByRole('button', { name: 'Approve and seal' }))
    await deciding.keyboard.press('Enter')
    await deciding.getByText('It is signed').waitFor()
    await deciding.getByText('It rests on no assessment.').first().waitFor()
  })

  test('two approvers at the same moment seal one record, and the one who was late is told', async () => {
    const { changeId, decisionId } = await proposedChange('two-at-once')
    const pages = await Promise.all(
      [approver, await console.addPerson('approver')].map((person) => console.openAs(person)),
    )
    for (const page of pages) {
      await page.goto(`${console.origin}/changes/${changeId}`)
      await press(page, 'Approve')
      await page.getByRole('button', { name: 'Approve and seal' }).waitFor()
    }
    // Who hears of the other's approval before they press finds no button any more; they are told all the same.
    const approve = (page: Page) => page.getByRole('button', { name: 'Approve and seal' }).click({ timeout: 5_000 })
    const pressed = await Promise.allSettled(pages.map(approve))
    expect(pressed.map(({ status }) => status)).toContain('fulfilled')
    for (const page of pages)
      await page
        .getByText(/Approved and sealed|already|decided/i)
        .first()
        .waitFor()
    const { items } = await console.server.expectOk<{ items: { decisionId: string }[] }>({
      path: '/v1/records?limit=100',
      token: author.token,
    })
    expect(items.filter((record) => record.decisionId === decisionId)).toHaveLength(1)
  })

  test('evidence that comes while the dialog is open has to be read first, and the comment stays', async () => {
    const { changeId, decisionId } = await proposedChange('new-evidence')
    const page = await console.openAs(approver)
    await page.goto(`${console.origin}/changes/${changeId}`)
    await press(page, 'Approve')
    await page.getByRole('dialog').getByLabel('Comment').fill('I have read it.')
    await console.server.expectOk({
      method: 'PUT',
      path: `/v1/changes/${changeId}/risk`,
      token: author.token,
      body: { severity: 'critical' },
    })
    await press(page, 'Approve and seal')
    await page.getByRole('alert').filter({ hasText: 'new evidence' }).waitFor()
    const { status } = await console.server.expectOk<{ status: string }>({
      path: `/v1/decisions/${decisionId}`,
      token: author.token,
    })
    expect(status).toBe('proposed')
    expect(await page.getByRole('dialog').getByLabel('Comment').inputValue()).toBe('I have read it.')
    await press(page, 'I have read what is new')
    await press(page, 'Approve and seal')
    await page.getByText('It is signed').waitFor()
  })

  test('a decision that falls while somebody writes their comment is told in place, and another one is not put under it', async () => {
    const { changeId, decisionId, assessmentId } = await proposedChange('overtaken')
    const second = await console.addPerson('approver')
    const page = await console.openAs(approver)
    await page.goto(`${console.origin}/changes/${changeId}`)
    await press(page, 'Approve')
    const dialog = page.getByRole('dialog', { name: 'Approve the decision' })
    await dialog.getByLabel('Comment').fill('Half a thought')
    const read = <T>(path: string) => console.server.expectOk<T>({ path, token: second.token })
    const { evidenceDigest } = await read<{ evidenceDigest: string }>(`/v1/decisions/${decisionId}`)
    await console.server.expectOk({
      method: 'POST',
      path: `/v1/decisions/${decisionId}/approvals`,
      token: second.token,
      body: { verdict: 'reject', evidenceDigest, comment: 'No.' },
    })
    await dialog.getByText('Somebody else was sooner: the decision is rejected already.').waitFor()
    await console.server.expectOk({
      method: 'POST',
      path: `/v1/changes/${changeId}/decisions`,
      token: author.token,
      body: proposalOf(assessmentId),
    })
    await page.getByRole('heading', { level: 2, name: 'Your approval is asked for', includeHidden: true }).waitFor()
    expect(await dialog.getByLabel('Comment').inputValue()).toBe('Half a thought')
    expect(await dialog.getByRole('button', { name: /Approve/ }).count()).toBe(0)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('a proposal rests on what its author has read: what comes meanwhile has to be read first', async () => {
    const { changeId, assessmentId } = await assessedChange(console.server, author, fresh('unread'))
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes/${changeId}`)
    await press(page, 'Propose a decision')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reasons').fill('As it was measured.')
    const { baselineEvaluationId, candidateEvaluationId } = await console.server.expectOk<{
      baselineEvaluationId: string
      candidateEvaluationId: string
    }>({ path: `/v1/assessments/${assessmentId}`, token: author.token })
    const { id: newer } = await console.server.expectOk<{ id: string }>({
      method: 'POST',
      path: `/v1/changes/${changeId}/assessments`,
      token: author.token,
      body: { baselineEvaluationId, candidateEvaluationId },
    })
    await dialog.getByText('There is a new assessment since you opened this.').waitFor()
    // A press beside the dialog is a slip, and takes nothing with it.
    await page.mouse.click(5, 5)
    expect(await dialog.getByRole('button', { name: 'Propose', exact: true }).count()).toBe(0)
    expect(await dialog.getByLabel('Reasons').inputValue()).toBe('As it was measured.')
    await press(page, 'I have read what is new')
    await press(page, 'Propose')
    await heading(page, 'An approval is awaited', 2).waitFor()
    const { items } = await console.server.expectOk<{ items: { assessmentIds: string[] }[] }>({
      path: `/v1/changes/${changeId}/decisions`,
      token: author.token,
    })
    expect(items[0]?.assessmentIds).toEqual([newer])
  })

  test('a change that is dismissed says why, and nothing is left to do', async () => {
    const { changeId } = await pendingChange('dismissed')
    const page = await console.openAs(author)
    await page.goto(`${console.origin}/changes/${changeId}`)
    await heading(page, 'Is it real?', 2).waitFor()
    await page.keyboard.press('x')
    await page.getByRole('dialog').getByLabel('Why').fill('A load test.')
    await press(page, 'Dismiss change')
    await page.getByText('A load test.').first().waitFor()
    await expect.poll(() => heading(page, 'Dismissed', 2).isVisible()).toBe(true)
  })
})

/** Goes on with Tab until something has the focus, as somebody without a mouse does. */
async function focusOn(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor()
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('no number of Tabs leads there')
}

describe('for everybody', () => {
  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('a change in each of its states breaks no rule of WCAG: %s, %i px', async (colorScheme, width) => {
    const name = `axe-${colorScheme}-${width}`
    const { changeId: pending } = await pendingChange(`${name}-pending`)
    const { changeId } = await proposedChange(`${name}-proposed`)
    const page = await console.openAs(approver, {
      colorScheme,
      viewport: { width, height: 900 },
      hasTouch: width < 800,
    })
    for (const id of [pending, changeId]) {
      await page.goto(`${console.origin}/changes/${id}`)
      await page.getByRole('navigation', { name: 'Life of this change' }).waitFor()
      expect(await axeViolations(page), id).toEqual([])
    }
    await press(page, 'Approve')
    await page.getByRole('dialog').waitFor()
    expect(await axeViolations(page), 'the dialog').toEqual([])
  })

  test('on a phone, a change is approved by touch', async () => {
    const { changeId } = await proposedChange('by-touch')
    const page = await console.openAs(approver, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    await page.goto(`${console.origin}/changes/${changeId}`)
    await page.getByRole('button', { name: 'Approve', exact: true }).tap()
    await page.getByRole('button', { name: 'Approve and seal' }).tap()
    await page.getByText('It is signed').waitFor()
    const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    expect(isWider).toBe(false)
  })

  test('a state is said in words, without its colour', async () => {
    const { changeId } = await proposedChange('without-colour')
    const page = await console.openAs(approver)
    await page.goto(`${console.origin}/changes/${changeId}`)
    await expect.poll(() => lifeOf(page, 'Decision').innerText()).toMatch(/now/)
    expect(await lifeOf(page, 'Change').innerText()).toMatch(/done/)
    expect(await lifeOf(page, 'Record').innerText()).toMatch(/to come/)
    const badges = await page
      .getByRole('cell')
      .filter({ has: page.locator('svg') })
      .allInnerTexts()
    for (const badge of badges.filter((text) => text !== '')) expect(badge).toMatch(/\w/)
  })
})
