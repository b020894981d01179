import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { launchChromium } from '../../packages/testing/src/index.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attacks } from '../../packages/record/testing/attacks.ts'
import { createExampleKey, createExampleLog } from '../../packages/record/testing/example-record.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<Browser['newPage']>>

const log = createExampleLog()
const keys = `${log.recordKey.pem}${log.vkey}\n`
let folder: string
let html: string
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verifier-'))
  html = await readFile(new URL('../../packages/console/dist/verifier.html', import.meta.url), 'utf8')
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

interface Opened {
  readonly page: Page
  /** What was asked of anybody, and what the browser complained of. */
  readonly noise: readonly string[]
  choose(name: string, bytes: Uint8Array): Promise<void>
}

/** Opens the file from disk in a browser without a network. */
async function openFile(text = html): Promise<Opened> {
  const path = join(folder, 'verify.html')
  await writeFile(path, text)
  const page = await (await browser.newContext({ offline: true })).newPage()
  page.setDefaultTimeout(10_000)
  const noise: string[] = []
  page.on('request', (request) => noise.push(request.url()))
  page.on('console', (message) => noise.push(message.text()))
  page.on('pageerror', (error) => noise.push(String(error)))
  await page.goto(pathToFileURL(path).href)
  const choose = (name: string, bytes: Uint8Array): Promise<void> =>
    page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(bytes) })
  return { page, noise, choose }
}

const verdictOf = async (page: Page): Promise<string | null> =>
  page.locator('[data-verdict]').getAttribute('data-verdict')
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')
const failedIn = async (page: Page): Promise<string[]> =>
  (await page.locator('li p').allInnerTexts())
    .map(oneLine)
    .flatMap((text) => (text.startsWith('Does not hold: ') ? [text.slice('Does not hold: '.length)] : []))

it('P4.5: one file, opened from disk with no network, finds a record valid, and asks nobody anything', async () => {
  const { page, noise, choose } = await openFile()
  await page.getByLabel('Keys that you trust').fill(keys)
  await choose('record.json', log.bytes)
  await expect.poll(() => verdictOf(page)).toBe('valid')
  const steps = page.getByRole('list', { name: 'Steps of the verification' }).locator('> li')
  expect(await steps.count()).toBe(12)
  expect(await page.getByText('Valid, by the keys that you pinned').isVisible()).toBe(true)
  expect(await page.getByText('0199a3b0-0000-7000-8000-000000000001').isVisible()).toBe(true)
  expect(noise).toEqual([pathToFileURL(join(folder, 'verify.html')).href])
  await page.context().close()
})

it('P4.5: names what does not hold of a file that was tampered with, with what was expected and what was computed', async () => {
  const { page, choose } = await openFile()
  await choose('keys', Buffer.from(keys))
  const meetings: readonly (readonly [attack: string, verdict: string, failed: readonly string[]])[] = [
    [
      'edit what is disclosed',
      'payload_mismatch',
      ['The section "before" is not what was sealed', 'The section "after" is not what was sealed'],
    ],
    ['edit a hash of the inclusion proof', 'invalid_inclusion', ['The entry does not lead to the root of the log']],
    ['edit the size of the checkpoint', 'invalid_signature', ['No log that you trust signed this root']],
    [
      'swap the record key',
      'unknown_key',
      [
        'The entry does not lead to the root of the log',
        'The record does not carry the signature of a service that you trust',
      ],
    ],
    ['truncate the bundle', 'malformed', ['The file is not a bundle, or not exactly one']],
  ]
  for (const [name, verdict, failed] of meetings) {
    await choose('record.json', attacks.find((it) => it.name === name)?.commit(log).bytes ?? new Uint8Array())
    await expect.poll(() => verdictOf(page)).toBe(verdict)
    expect(await failedIn(page)).toEqual(failed)
    for (const sentence of failed) expect(await page.locator('[data-verdict]').innerText()).toContain(sentence)
    // Of a record that does not hold, nothing is shown that it says.
    expect(await page.getByText('0199a3b0-0000-7000-8000-000000000001').count()).toBe(0)
  }
  await choose(
    'record.json',
    attacks.find(({ name }) => name === 'edit what is disclosed')?.commit(log).bytes ?? log.bytes,
  )
  await expect.poll(() => verdictOf(page)).toBe('payload_mismatch')
  const open = page.locator('details[open] dd')
  expect((await open.allInnerTexts()).every((text) => /^[0-9a-f]{64}$/.test(text))).toBe(true)
  expect(new Set(await open.allInnerTexts()).size).toBe(4)
  await page.context().close()
})

it('draws the way to the root, and tells it in words: the last node is the root that the log signed', async () => {
  const { page, choose } = await openFile()
  await choose('keys', Buffer.from(keys))
  await choose('record.json', log.bytes)
  await page.getByText('The path to the root, node by node').click()
  const words = page.getByRole('list', { name: 'From the entry to the root' }).locator('li')
  expect(await words.count()).toBe(5)
  expect(await page.locator('svg text').count()).toBe(9)
  const root = Buffer.from(log.bundle.tlogProof.split('\n\n')[1]?.split('\n')[2] ?? '', 'base64').toString('hex')
  expect(oneLine(await words.last().innerText())).toContain(`the root: ${root}`)
  await page.context().close()
})

it('is used by keyboard alone: the file first, then the keys', async () => {
  const { page } = await openFile()
  await page.getByRole('heading', { name: 'Verify a record' }).waitFor()
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.type')).toBe('file')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
  expect(await page.getByRole('textbox', { name: 'Keys that you trust' }).count()).toBe(1)
  await page.context().close()
})

it('says why it takes no file that is too large, too deep, or no bundle, and no keys that can be used by anybody', async () => {
  const { page, choose } = await openFile()
  await page.getByLabel('Keys that you trust').fill(keys)
  const large = join(folder, 'large.json')
  const file = await open(large, 'w')
  await file.truncate(67_108_865)
  await file.close()
  await page.locator('input[type=file]').setInputFiles(large)
  await expect.poll(() => page.getByRole('alert').innerText()).toContain('large.json is over 64 MiB')
  for (const bytes of [Buffer.from(`{${'['.repeat(500_000)}`), Buffer.from('{}'), Buffer.from('{"format":1}')]) {
    await choose('deep.json', bytes)
    await expect.poll(() => verdictOf(page)).toBe('malformed')
  }
  const stranger = createExampleKey()
  await page.getByLabel('Keys that you trust').fill(`${stranger.pem}${log.vkey}`)
  await choose('record.json', log.bytes)
  await expect.poll(() => verdictOf(page)).toBe('unknown_key')
  const identity =
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----'
  for (const [text, fault] of [
    [log.vkey, 'The record key is missing'],
    [log.recordKey.pem, 'The key of the log is missing'],
    ['anything', 'This holds no key'],
    [`${identity}\n${log.vkey}`, 'anybody could sign with it'],
  ] as const) {
    await page.getByLabel('Keys that you trust').fill(text)
    await expect.poll(() => page.locator('small').allInnerTexts()).toContainEqual(expect.stringContaining(fault))
    expect(await page.locator('[data-verdict]').count()).toBe(0)
  }
  await page.context().close()
})

it('P4.5: runs no script but its own, and can reach nobody even if it were told to', async () => {
  const injected = await openFile(html.replace('</body>', '<script>document.title = "foreign"</script></body>'))
  expect(await injected.page.title()).toBe('Verify a record - AfterAI')
  const altered = await openFile(html.replace('<script type="module">', '<script type="module">/**/'))
  expect(await altered.page.locator('h1').count()).toBe(0)
  const { page } = await openFile()
  expect(await page.evaluate(`fetch('data:,x').then(() => 'reached', () => 'refused')`)).toBe('refused')
  for (const it of [injected.page, altered.page, page]) await it.context().close()
})

it('stays small: under 400 kB, of which its style is under 20', () => {
  expect(html.length).toBeLessThan(400_000)
  expect(/<style>(.*?)<\/style>/s.exec(html)?.[1]?.length).toBeLessThan(20_000)
  expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/)
})
