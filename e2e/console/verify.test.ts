import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attacks } from '../../packages/record/testing/attacks.ts'
import { createExampleLog } from '../../packages/record/testing/example-record.ts'
import { recordedChange } from '../../packages/server/testing/lifecycle.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

type Page = Awaited<ReturnType<ConsoleUnderTest['open']>>

const log = createExampleLog()
const keys = `${log.recordKey.pem}${log.vkey}\n`

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterAll(() => console.close())

/** Opens the page, as often as it takes: a server that lags beside a browser, on a busy machine, sheds load. */
async function openVerify(page: Page): Promise<Page> {
  const heading = page.getByRole('heading', { level: 1, name: 'Verify a record' })
  const open = async (): Promise<boolean> => {
    await page.goto(`${console.origin}/verify`, { waitUntil: 'networkidle' })
    return heading.isVisible()
  }
  await expect.poll(open, { timeout: 90_000 }).toBe(true)
  return page
}

const keysOf = (page: Page) => page.getByLabel('Keys that you trust')
const choose = (page: Page, name: string, bytes: Uint8Array): Promise<void> =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(bytes) })
const verdictOf = (page: Page): Promise<string | null> => page.locator('[data-verdict]').getAttribute('data-verdict')

describe('/verify', () => {
  test('P4.5: needs no session, and once it is open nobody is asked anything, whatever is chosen and pasted', async () => {
    const page = await openVerify(await console.open())
    const told: string[] = []
    page.on('request', (request) => told.push(request.url()))
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(String(error)))
    await keysOf(page).fill(keys)
    const edited = attacks.find(({ name }) => name === 'edit what is disclosed')?.commit(log).bytes ?? log.bytes
    for (const [bytes, verdict] of [
      [log.bytes, 'valid'],
      [edited, 'payload_mismatch'],
      [Buffer.from('{}'), 'malformed'],
    ] as const) {
      await choose(page, 'record.json', bytes)
      await expect.poll(() => verdictOf(page)).toBe(verdict)
    }
    await page.waitForLoadState('networkidle')
    expect(told).toEqual([])
    expect(console.faults().filter((text) => /polic/i.test(text))).toEqual([])
  })

  test('says why there are no keys of the server without a session', async () => {
    const page = await openVerify(await console.open())
    await page.getByRole('button', { name: 'Use this server’s own keys' }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/\S/)
    expect(await keysOf(page).inputValue()).toBe('')
  })

  test('remembers keys if it is asked to, and forgets them as well', async () => {
    const page = await openVerify(await console.open())
    await keysOf(page).fill(keys)
    expect(await page.evaluate(`localStorage.getItem('afterai.pinned-keys')`)).toBeNull()
    await page.getByLabel('Remember these keys in this browser').check()
    await openVerify(page)
    expect(await keysOf(page).inputValue()).toBe(keys)
    await page.getByLabel('Remember these keys in this browser').uncheck()
    await openVerify(page)
    expect(await keysOf(page).inputValue()).toBe('')
  })

  test.each([
    [1440, 'light'],
    [390, 'dark'],
  ] as const)(
    'at %i pixels, %s, it fits, and axe finds nothing, whether the record holds or not',
    async (width, colorScheme) => {
      const page = await openVerify(await console.open({ viewport: { width, height: 900 }, colorScheme }))
      await keysOf(page).fill(keys)
      for (const bytes of [log.bytes, Buffer.from('{}')]) {
        await choose(page, 'record.json', bytes)
        await expect.poll(() => verdictOf(page)).toBe(bytes === log.bytes ? 'valid' : 'malformed')
        for (const summary of await page.locator('summary').all()) await summary.click()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(await axeViolations(page)).toEqual([])
      }
    },
  )
})

describe('the keys of the server', () => {
  test('P4.5: are marked as weaker, until the reader keeps them or gives others', async () => {
    const [author, approver] = [await console.addPerson('member'), await console.addPerson('approver')]
    const { recordId } = await recordedChange(console.server, { author, approver }, 'verified-here')
    const auditor = await console.addPerson('auditor')
    const { text } = await console.server.send({ path: `/v1/records/${recordId}/bundle`, token: auditor.token })
    const page = await openVerify(await console.openAs(auditor))
    await choose(page, 'record.json', Buffer.from(text))
    await page.getByRole('button', { name: 'Use this server’s own keys' }).click()
    await page.getByText('Valid, by the server’s own keys').waitFor()
    expect(await page.getByText('the server vouches for itself').isVisible()).toBe(true)
    await keysOf(page).fill(keys)
    await expect.poll(() => verdictOf(page)).toBe('unknown_key')
    expect(await page.getByText('the server vouches for itself').count()).toBe(0)
  })
})
