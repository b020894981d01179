import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  launchChromium,
  processesGone,
  type ServerProcess,
  startServerProcess,
} from '../../packages/testing/src/index.ts'

// Somebody who has just cloned the project, and knows nothing but what the terminal and the pages say. They type no address that isn't shown to
// them, run the commands as they stand, and press what has a name.

const root = fileURLToPath(new URL('../../', import.meta.url))
const password = 'violet-harbour-41-lantern'
const directory = mkdtempSync(join(tmpdir(), 'afterai-newcomer-'))
const home = join(directory, 'home')
let server: ServerProcess
let browser: Browser
beforeAll(async () => {
  chmodSync(directory, 0o711)
  server = await startServerProcess({
    command: ['npm', 'start'],
    env: { AFTERAI_DATA_DIR: join(directory, 'data'), HOME: home },
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  server.signalAll('SIGTERM')
  await server.ending
  await processesGone(directory)
  rmSync(directory, { recursive: true, force: true })
})

const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, exact: true }).first().click()
/** The commands that the page shows. */
const commands = (page: Page): Promise<string[]> =>
  page
    .locator('code')
    .filter({ hasText: /^npx afterai/ })
    .allInnerTexts()

function inTerminal(command: string): {
  readonly output: () => string
  readonly ended: Promise<number | null>
  readonly child: ChildProcess
} {
  const child = spawn('sh', ['-c', command], {
    cwd: root,
    env: { PATH: `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return { child, output: () => output, ended: new Promise((resolve) => child.once('exit', resolve)) }
}

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1440, height: 900 } })
  context.setDefaultTimeout(30_000)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin })
  return context.newPage()
}

test(
  'leads from `npm start` to a record that the browser has verified, by what the terminal and the pages say',
  // A set-up code works once.
  { retry: 0, timeout: 240_000 },
  async () => {
    const began = Date.now()
    const [, address = '', code = ''] = /open (\S+) and type the code\s+(\S+)/.exec(server.output()) ?? []
    const page = await newPage()
    await page.goto(address)
    await page.getByLabel('Set-up code').fill(code)
    await page.getByLabel('Your name').fill('Ada Okafor')
    await page.getByLabel('E-mail address').fill('ada@example.com')
    await page.getByLabel('Password').fill(password)
    await press(page, 'Set up and sign in')

    // The first thing they see is a finished change, explained.
    await page.getByText('You look at a sample.').waitFor()
    await page.getByText('Another approved it, on the evidence as it stood at that moment.').waitFor()
    await page.getByRole('link', { name: 'Read the record' }).click()
    await press(page, 'Verify')
    await page
      .getByText(/^Valid/)
      .first()
      .waitFor()
    await press(page, /^Go to /)

    // Their own workspace says what is next, step by step.
    await page.getByText('0 of 5 done').waitFor()
    const [signIn = '', ...tell] = await commands(page)
    const login = inTerminal(signIn)
    const shown = /http\S+\/device\?code=\S+/
    await expect.poll(() => shown.exec(login.output()), { timeout: 30_000 }).not.toBeNull()
    const [deviceAddress = ''] = shown.exec(login.output()) ?? []
    const device = await page.context().newPage()
    await device.goto(deviceAddress)
    await press(device, 'Go on')
    await press(device, 'Approve')
    expect(await login.ended, login.output()).toBe(0)
    await device.close()
    for (const command of tell) {
      const told = inTerminal(command)
      expect(await told.ended, `${command}: ${told.output()}`).toBe(0)
    }
    await page.getByText('1 of 5 done').waitFor()
    const [change = ''] = await commands(page)
    const changed = inTerminal(change)
    expect(await changed.ended, changed.output()).toBe(0)
    await page.getByText('2 of 5 done').waitFor()

    // A second person.
    await page.getByRole('link', { name: /Invite a person/ }).click()
    await press(page, 'Invite a person')
    const inviting = page.getByRole('dialog')
    await inviting.getByLabel('E-mail address').fill('bo@example.com')
    await inviting.getByLabel('Role').selectOption('approver')
    await press(page, 'Invite')
    const link = page.getByText(/\/invitation#/).first()
    await link.waitFor()
    const invitation = (/http\S+/.exec(await link.innerText()) ?? [''])[0]
    await page.keyboard.press('Escape')
    const second = await newPage()
    await second.goto(invitation)
    await second.getByLabel('Your name').fill('Bo Lindqvist')
    await second.getByLabel('Password').fill(password)
    await press(second, 'Come in')
    await second.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()

    // The change itself: is it real, what does it do, what is to be done.
    await page.getByRole('link', { name: /^Home/ }).first().click()
    await page.getByText('3 of 5 done').waitFor()
    await page
      .getByRole('link', { name: /acme-large → acme-small/ })
      .first()
      .click()
    await press(page, 'Confirm')
    await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('link', { name: 'Assess', exact: true }).click()
    await press(page, 'Try with these')
    for (const side of ['Before the change', 'After the change'])
      await page.getByRole('region', { name: side }).getByRole('button', { name: 'Bring it in' }).click()
    await press(page, 'Compare them')
    await press(page, 'Propose a decision')
    await page.getByRole('dialog').getByLabel('Decision').selectOption('reject')
    await page.getByRole('dialog').getByLabel('Reasons').fill('Refunds fail too often.')
    await press(page, 'Propose')
    await page.getByText('An approval is awaited').waitFor()

    await second.getByRole('link', { name: /^Approve .*acme-large → acme-small/ }).click()
    await press(second, 'Approve')
    await press(second, 'Approve and seal')
    await second.getByText('Approved and sealed').waitFor()
    await second.getByRole('link', { name: 'Read and verify the record' }).click()
    await press(second, 'Verify')
    await second
      .getByText(/^Valid/)
      .first()
      .waitFor()

    // The steps are done, and leave for good.
    await page.getByRole('link', { name: /^Home/ }).first().click()
    await page.getByText('Last records').waitFor()
    expect(await page.getByText('To your first record').count()).toBe(0)
    process.stdout.write(`from the first page to a verified record: ${Math.round((Date.now() - began) / 1000)} s\n`)
  },
)
