import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Download, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { approve, assessedChange, proposalOf } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let author: Person
let changeId: string
let recordId: string

const naughty = [
  '<script>pwned()</script>',
  '"><img src=x onerror=pwned()>',
  "'-pwned()-'",
  ') Tj /JavaScript (app.alert(1)) ET',
  '<< /S /JavaScript /JS (pwned) >>',
  '=HYPERLINK("//evil.example","x")',
  '\u202Epwned\u202C',
  '${pwned()} {{pwned()}}',
  '日本語 🙂 größer → “besser”',
]

beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member', 'Ada <b>Okafor</b>')
  const approver = await console.addPerson('approver')
  const change = await assessedChange(console.server, author, 'support-bot')
  const { id } = await console.server.expectOk<{ id: string }>({
    method: 'POST',
    path: `/v1/changes/${change.changeId}/decisions`,
    token: author.token,
    body: {
      ...proposalOf(change.assessmentId),
      justification: naughty.join('\n'),
      conditions: naughty.slice(0, 6),
      backoutPlan: naughty.join(' '),
    },
  })
  ;({ recordId } = await approve(console.server, approver, id))
  ;({ changeId } = change)
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

async function save(page: Page, kind: 'PDF' | 'HTML'): Promise<Download> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: kind, exact: true }).click(),
  ])
  return download
}

/** What the strings of a PDF's pages say, drawn by a font or told of a picture. */
function textsIn(pdf: string): string {
  return [...pdf.matchAll(/<([0-9a-f]*)> Tj|\/ActualText <feff([0-9a-f]*)>/g)]
    .map(([, font, picture]) =>
      font === undefined
        ? new TextDecoder('utf-16be').decode(Buffer.from(picture ?? '', 'hex'))
        : new TextDecoder('windows-1252').decode(Buffer.from(font, 'hex')),
    )
    .join('')
}

const places = [
  ['the report of a change', () => `/changes/${changeId}/report`],
  ['a record', () => `/records/${recordId}`],
] as const

describe.each(places)('%s', (_, path) => {
  test('is taken along as one file of HTML, which asks no network, runs nothing and opens from disk', async () => {
    const page = await console.openAs(author)
    await page.goto(`${console.origin}${path()}`)
    const download = await save(page, 'HTML')
    expect(download.suggestedFilename()).toMatch(/^[a-z0-9-]+\.html$/)
    const file = await download.path()
    const context = await console.browser.newContext()
    const alone = await context.newPage()
    const asked: string[] = []
    const faults: string[] = []
    alone.on('request', (request) => asked.push(request.url()))
    alone.on('console', (message) => faults.push(message.text()))
    alone.on('pageerror', (error) => faults.push(error.message))
    await alone.goto(pathToFileURL(file).href)
    const content = readFileSync(file, 'utf8')
    await alone.setContent(content)
    expect(asked.filter((address) => !address.startsWith('file:'))).toEqual([])
    expect(faults).toEqual([])
    expect(await alone.locator('script, img, iframe, link, base, form, a, [onerror], [onload], [style]').count()).toBe(
      0,
    )
    expect(await alone.evaluate('typeof window.pwned')).toBe('undefined')
    const text = await alone.locator('main').innerText()
    for (const line of naughty.filter((it) => !it.startsWith('\u202e'))) expect(text).toContain(line)
    await context.close()
  })

  test('is taken along as a PDF, which holds every script and in which nothing runs', async () => {
    const page = await console.openAs(author)
    await page.goto(`${console.origin}${path()}`)
    const pdf = readFileSync(await (await save(page, 'PDF')).path(), 'latin1')
    expect(pdf.startsWith('%PDF-1.7')).toBe(true)
    expect(pdf).not.toMatch(/JavaScript|OpenAction|\/URI|\/Launch|\/EmbeddedFile|\/Annots/)
    const text = textsIn(pdf)
    expect(text).toContain('日本語')
    expect(text).toContain('🙂')
    expect(text.replaceAll(/\s/g, '')).toContain('/JavaScript(app.alert(1))')
    expect(text).toContain('größer')
    expect(pdf.match(/\/DCTDecode/g)?.length).toBeGreaterThan(0)
  })

  test('is printed without what is around it', async () => {
    const page = await console.openAs(author)
    await page.goto(`${console.origin}${path()}`)
    await page.getByRole('article').waitFor()
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('complementary', { name: 'Main' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'PDF' }).count()).toBe(0)
    expect(await page.getByRole('article').isVisible()).toBe(true)
    // All of it, and not what a screen shows.
    const isCut = await page.evaluate(
      `[...document.querySelectorAll('main, main *')].some((it) => /auto|scroll|hidden/.test(getComputedStyle(it).overflowY) && it.scrollHeight > it.clientHeight + 1 && it.clientHeight > 40)`,
    )
    expect(isCut).toBe(false)
  })
})

test('the report is a step from the change, and says what its assessment says', async () => {
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes/${changeId}`)
  await page.getByRole('link', { name: /The report/ }).click()
  const report = page.getByRole('article')
  await report.getByRole('heading', { name: 'What it does' }).waitFor()
  await report.getByText(/Verdict: /).waitFor()
  await report.getByRole('row', { name: /^score/ }).waitFor()
  expect(await report.getByText(/This is a report, and no proof/).isVisible()).toBe(true)
})

test.each([
  ['light', 768],
  ['dark', 390],
] as const)('it breaks no rule of WCAG, and is no wider than its screen: %s, %i px', async (colorScheme, width) => {
  const page = await console.openAs(author, { colorScheme, viewport: { width, height: 900 } })
  for (const [, path] of places) {
    await page.goto(`${console.origin}${path()}`)
    await page.getByRole('article').waitFor()
    expect(await axeViolations(page), path()).toEqual([])
    const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    expect([path(), isWider]).toEqual([path(), false])
  }
})
