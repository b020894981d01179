import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { configurationOf } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member')
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const example = (name: string): string => fileURLToPath(new URL(`../../examples/support-bot/${name}`, import.meta.url))
const side = (page: Page, name: 'Before' | 'After'): Locator => page.getByRole('region', { name: `${name} the change` })
const fileField = (page: Page, name: 'Before' | 'After'): Locator =>
  page.getByLabel(`${name} the change: a file of results`)
const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

/** A confirmed change of a system of its own. */
async function confirmedChange(): Promise<{ changeId: string; system: string }> {
  const system = `assessed-${crypto.randomUUID().slice(0, 8)}`
  const post = <T>(path: string, body: unknown) =>
    console.server.expectOk<T>({ method: 'POST', path, token: author.token, body })
  await post('/v1/systems', { name: system })
  const observe = (model: string) =>
    post<{ results: { changeId: string | null }[] }>('/v1/observations', {
      observations: [{ system, configuration: configurationOf(model) }],
    })
  await observe('large')
  const changeId = (await observe('small')).results[0]?.changeId ?? ''
  await post(`/v1/changes/${changeId}/confirm`, { risk: { severity: 'high' } })
  return { changeId, system }
}

async function openAssess(options?: Parameters<ConsoleUnderTest['openAs']>[1]) {
  const change = await confirmedChange()
  const page = await console.openAs(author, options)
  await page.goto(`${console.origin}/changes/${change.changeId}/assess`)
  await fileField(page, 'Before').waitFor({ state: 'attached' })
  return { page, ...change }
}

/** How many evaluations of a system are kept. */
async function keptOf(system: string): Promise<number> {
  const { items } = await console.server.expectOk<{ items: unknown[] }>({
    path: `/v1/evaluations?system=${system}`,
    token: author.token,
  })
  return items.length
}

/** Results of so many cases, of which the first ones are right. */
const results = (right: number, cases = 40): string =>
  `id,correct,topic,remark\n${Array.from({ length: cases }, (_, at) => `case-${at},${Number(at < right)},${at % 2 === 0 ? 'refunds' : 'billing'},said ${at}\n`).join('')}`

describe('bringing in files', () => {
  test('two at once fill both sides; nothing is kept before it is asked for; margins have advice; rows open to their cases', async () => {
    const { page, system } = await openAssess()
    await fileField(page, 'Before').setInputFiles([example('baseline.json'), example('candidate.json')])
    await side(page, 'Before').getByText('promptfoo, 88 cases').waitFor()
    await side(page, 'After').getByText('promptfoo, 88 cases').waitFor()
    await side(page, 'After')
      .getByText(/Not kept: /)
      .waitFor()
    expect(await keptOf(system)).toBe(0)
    await side(page, 'Before').getByLabel('Slice by').selectOption('topic')
    await side(page, 'Before')
      .getByText(/slices/)
      .first()
      .waitFor()
    await side(page, 'Before').getByRole('button', { name: 'Bring it in' }).click()
    await side(page, 'After').getByLabel('Slice by').selectOption('topic')
    await side(page, 'After').getByRole('button', { name: 'Bring it in' }).click()
    const pass = page.getByRole('row', { name: /^pass/ })
    await pass.getByText(/These 88 cases can show a loss of [\d.]+ points/).waitFor()
    await page.getByLabel('Margin of pass').fill('20')
    await pass.getByText(/enough for this margin/).waitFor()
    await page.getByLabel('Margin of pass').fill('2')
    await pass.getByText(/takes about [\d,]+/).waitFor()
    await page.getByRole('button', { name: 'Compare them' }).click()
    await page
      .getByRole('button', { name: /\d+ worse, \d+ better of pass$/ })
      .first()
      .waitFor()
    await page
      .getByRole('row', { name: /refunds/ })
      .first()
      .getByRole('button')
      .first()
      .click()
    const dialog = page.getByRole('dialog', { name: /refunds/ })
    await dialog.getByRole('row').nth(1).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Save as CSV' }).click(),
    ])
    const saved = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(saved[0]).toBe('case,slice,before,after')
    expect(await dialog.getByRole('row').count()).toBe(saved.length)
    expect(saved.slice(1).every((line) => line.endsWith(',refunds,1,0'))).toBe(true)
    await dialog.getByRole('button', { name: 'Got better' }).click()
    await dialog.getByRole('button', { name: 'Got better', pressed: true }).waitFor()
  })

  test('the samples are a way to try it', async () => {
    const { page } = await openAssess()
    await page.getByRole('button', { name: 'Try with these' }).click()
    await side(page, 'Before').getByText('support-bot-before.json').waitFor()
    await side(page, 'After').getByText('promptfoo, 88 cases').waitFor()
    const link = page.getByRole('link', { name: 'support-bot-before.json' })
    expect(await link.count()).toBe(0)
  })

  test('what is wrong with a file is listed with its places, and nothing of it is kept', async () => {
    const { page, system } = await openAssess()
    const broken = results(20).replace('case-7,1', 'case-7,maybe').replace('case-9,1', 'case-9,often')
    await fileField(page, 'Before').setInputFiles(csv('broken.csv', broken))
    const alert = side(page, 'Before').getByRole('alert')
    await alert.getByText(/line 9, column correct/i).waitFor()
    expect(await alert.innerText()).not.toMatch(/maybe|often/)
    expect(await side(page, 'Before').getByRole('button', { name: 'Bring it in' }).count()).toBe(0)
    expect(await keptOf(system)).toBe(0)
  })

  test('columns that nobody knows are said in a table, beside values that stay on the machine', async () => {
    const { page, system } = await openAssess()
    const sent: string[] = []
    page.on('request', (request) => sent.push(request.url()))
    const text = 'who asked?,what we made of it,was it ok\n'
    const rows = Array.from(
      { length: 12 },
      (_, at) => `T-${at},a long remark of number ${at},${at % 3 === 0 ? 0 : 1}\n`,
    )
    await fileField(page, 'Before').setInputFiles(csv('odd.csv', text + rows.join('')))
    const table = side(page, 'Before').getByRole('table')
    await table
      .getByRole('row', { name: /who asked\?/ })
      .getByText('T-0 · T-1 · T-2')
      .waitFor()
    await page.getByLabel('What who asked? is taken for').selectOption('case')
    await page.getByLabel('What was it ok is taken for').selectOption('metric')
    await side(page, 'Before').getByText('csv, 12 cases').waitFor()
    await side(page, 'Before').getByRole('button', { name: 'Bring it in' }).click()
    await side(page, 'Before').getByText('12 cases, 1 metric').waitFor()
    expect(await keptOf(system)).toBe(1)
    expect(sent.filter((address) => address.includes('remark'))).toEqual([])
  })

  test('one table of two columns of results is brought in as both sides', async () => {
    const { page, system } = await openAssess()
    const rows = Array.from({ length: 30 }, (_, at) => `q${at},${Number(at < 28)},${Number(at < 20)}\n`)
    await fileField(page, 'After').setInputFiles(csv('both.csv', `id,correct_before,correct_after\n${rows.join('')}`))
    const both = side(page, 'After').getByRole('group', { name: /It holds 2 columns/ })
    await both.getByRole('button', { name: 'Bring in both sides' }).click()
    await page.getByLabel('Margin of correct').waitFor()
    expect(await keptOf(system)).toBe(2)
    await page.getByLabel('What is better of correct').selectOption('up')
    await page.getByRole('button', { name: 'Compare them' }).click()
    await page.getByRole('button', { name: /8 worse, 0 better/ }).waitFor()
  })

  test('a table whose rows are of two models is read once for each', async () => {
    const { page } = await openAssess()
    const rows = ['large', 'small'].flatMap((model) =>
      Array.from({ length: 20 }, (_, at) => `q${at},${model},${Number(at < (model === 'large' ? 19 : 12))}\n`),
    )
    await fileField(page, 'Before').setInputFiles(csv('models.csv', `id,model,correct\n${rows.join('')}`))
    const both = side(page, 'Before').getByRole('group', { name: /It holds 2 values of model/ })
    expect(await both.getByLabel('After the change').inputValue()).toBe('small')
    await both.getByRole('button', { name: 'Bring in both sides' }).click()
    await side(page, 'Before').getByText('models.csv, large').waitFor()
    await side(page, 'After').getByText('models.csv, small').waitFor()
  })

  test('nothing in a file’s name, columns or cells becomes more than text', async () => {
    const { page } = await openAssess()
    const evil = '<img src=x onerror="window.pwned=1">'
    const rows = Array.from({ length: 12 }, (_, at) => `c${at},${Number(at % 3 > 0)},"${evil.replaceAll('"', '""')}"\n`)
    const header = `id,correct,"${evil.replaceAll('"', '""')}"\n`
    await fileField(page, 'Before').setInputFiles(csv(`${evil}.csv`, header + rows.join('')))
    await side(page, 'Before').getByText('csv, 12 cases').waitFor()
    await side(page, 'Before').getByText('Columns: 3').click()
    await side(page, 'Before')
      .getByRole('row', { name: /onerror/ })
      .first()
      .waitFor()
    await side(page, 'Before').getByRole('button', { name: 'Bring it in' }).click()
    await side(page, 'Before').getByText('12 cases, 1 metric').waitFor()
    await page.goto(`${console.origin}/evaluations`)
    await page
      .getByRole('link', { name: /onerror/ })
      .first()
      .click()
    await page.getByRole('heading', { level: 1, name: /onerror/ }).waitFor()
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined')
    expect(await page.locator('main img, main [onerror]').count()).toBe(0)
  })

  test('how far a large file is on its way is told, and going away keeps nothing', async () => {
    const { page, system } = await openAssess()
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const slow = { offline: false, latency: 0, downloadThroughput: 1e6, uploadThroughput: 400_000 }
    await cdp.send('Network.emulateNetworkConditions', slow)
    await fileField(page, 'Before').setInputFiles(csv('large.csv', results(30_000, 80_000)))
    await side(page, 'Before')
      .getByText(/Sending it, [1-9]\d? %/)
      .waitFor()
    await side(page, 'Before').getByRole('button', { name: 'Choose another' }).click()
    await fileField(page, 'Before').waitFor({ state: 'attached' })
    expect(await keptOf(system)).toBe(0)
  })
})

describe('what was brought in', () => {
  test('is listed, found by its system, and tells where it served and what was left behind', async () => {
    const { page, system } = await openAssess()
    for (const [name, right] of [['Before', 38] as const, ['After', 30] as const]) {
      await fileField(page, name).setInputFiles(csv(`${name}.csv`, results(right)))
      await side(page, name).getByRole('button', { name: 'Bring it in' }).click()
      await side(page, name).getByText('40 cases').waitFor()
    }
    await page.getByRole('button', { name: 'Compare them' }).click()
    await page.getByRole('region', { name: 'What it does' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.getByRole('heading', { level: 1, name: 'Evaluations' }).waitFor()
    await page.getByRole('combobox', { name: 'System' }).fill(system)
    await page.getByRole('button', { name: 'Find', exact: true }).click()
    await expect.poll(() => page.getByRole('row').count()).toBe(3)
    expect(page.url()).toContain(`system=${system}`)
    await page.getByRole('link', { name: 'Before.csv' }).click()
    const served = page.getByRole('region', { name: 'Where it served' })
    await served
      .getByRole('row', { name: /large → small/ })
      .getByText('before')
      .waitFor()
    await page
      .getByRole('row', { name: /remark/ })
      .getByText('40')
      .waitFor()
    await page.getByLabel('Beside it').getByText('csv').first().waitFor()
    await served.getByRole('link', { name: /large → small/ }).click()
    await page.getByRole('region', { name: 'What it does' }).waitFor()
  })

  test('is nobody’s to bring in whose role doesn’t: the page says so', async () => {
    const { changeId } = await confirmedChange()
    const page = await console.openAs(await console.addPerson('viewer'))
    await page.goto(`${console.origin}/changes/${changeId}/assess`)
    await page.getByText('Your role doesn’t assess changes').waitFor()
    expect(await page.locator('input[type=file]').count()).toBe(0)
  })
})

test.each([
  ['light', 1440],
  ['light', 768],
  ['dark', 390],
] as const)(
  'no state of it breaks a rule of WCAG, or is wider than its screen: %s, %i px',
  async (colorScheme, width) => {
    const { page } = await openAssess({ colorScheme, viewport: { width, height: 900 } })
    const check = async (state: string, within?: string) => {
      expect(await axeViolations(page, within), state).toEqual([])
      const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
      expect([state, isWider]).toEqual([state, false])
    }
    await check('empty')
    await fileField(page, 'Before').setInputFiles(csv('broken.csv', results(20).replace('case-7,1', 'case-7,maybe')))
    await side(page, 'Before').getByRole('alert').waitFor()
    await check('faults')
    await side(page, 'Before').getByRole('button', { name: 'Choose another' }).click()
    for (const [name, right] of [['Before', 38] as const, ['After', 30] as const]) {
      await fileField(page, name).setInputFiles(csv(`${name}.csv`, results(right)))
      await side(page, name).getByText('Columns: 4').click()
      await side(page, name).getByRole('table').waitFor()
      await check('columns')
      await side(page, name).getByRole('button', { name: 'Bring it in' }).click()
      await side(page, name).getByText('40 cases').waitFor()
    }
    await page
      .getByText(/These 40 cases/)
      .first()
      .waitFor()
    await check('margins')
    await page.getByRole('button', { name: 'Compare them' }).click()
    await page
      .getByRole('button', { name: /8 worse, 0 better/ })
      .first()
      .click()
    await page.getByRole('dialog').getByRole('row').nth(1).waitFor()
    // What lies under the dialog's scrim is not to be read.
    await check('cases', '[role=dialog]')
  },
)
