import { statSync } from 'node:fs'
import type { Role } from '@afterai/contract'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { freePort, launchChromium, type TestDatabase } from '../../packages/testing/src/index.ts'
import {
  type Person,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../packages/server/testing/test-server.ts'

/** The console in a real browser, against a real server that serves the built files. */
export interface ConsoleUnderTest {
  readonly server: TestServer
  readonly browser: Browser
  readonly origin: string
  /** Opens a page in a context of its own: another person's browser. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** Opens a page and signs somebody in by the form. */
  openAs(person: Pick<Person, 'email' | 'password' | 'tenant'>, options?: BrowserContextOptions): Promise<Page>
  addPerson(role: Role, name?: string): Promise<Person>
  /** What no page of the console may do, and one did: CSP reports, errors of the console, requests to other origins. Each is told once, to the test in which it came. */
  faults(): readonly string[]
  close(): Promise<void>
}

const dist = new URL('../../packages/console/dist/', import.meta.url)

/** Starts a server with the built console at an address that it knows, and a browser. @throws Error if the console isn't built */
export async function startConsole(
  optionsAt: (origin: string) => TestServerOptions = () => ({}),
  brought?: TestDatabase,
): Promise<ConsoleUnderTest> {
  if (statSync(new URL('index.html', dist), { throwIfNoEntry: false }) === undefined)
    throw new Error('The console is not built: run `npm run build`.')
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const options = { publicUrl: origin, consoleFolder: dist, ...optionsAt(origin) }
  const server = patient(await startTestServer(options, brought))
  await server.http.listen({ host: 'localhost', port })
  const browser = await launchChromium()
  const faults: string[] = []
  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Stockholm',
      locale: 'en-GB',
      ...options,
    })
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    watch(page, origin, faults)
    return page
  }
  async function openAs(
    person: Pick<Person, 'email' | 'password' | 'tenant'>,
    options?: BrowserContextOptions,
  ): Promise<Page> {
    const page = await open(options)
    await page.goto(`${origin}/sign-in?tenant=${person.tenant.slug}`)
    await signInBy(page, person)
    await page.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
    return page
  }
  return {
    server,
    browser,
    origin,
    open,
    openAs,
    addPerson: (role, name) => server.addPerson(server.admin.tenant, role, name),
    faults: () => faults.splice(0),
    close: async () => {
      await browser.close()
      await server.stop()
    },
  }
}

/** Fills in the form that signs in. */
export async function signInBy(page: Page, { email, password }: Pick<Person, 'email' | 'password'>): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Answers of 4xx that a page asks for knowingly are told by the browser as errors of loading; what the page itself says is not among them. 503 is a server that
 * shares this process with the test and has too much to do: the page asks again. */
const loading = /^Failed to load resource: the server responded with a status of (400|401|403|404|409|422|503)/

function watch(page: Page, origin: string, faults: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' && !loading.test(message.text())) faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, origin: of } = new URL(request.url())
    if (of !== origin && protocol !== 'blob:' && protocol !== 'data:') faults.push(`request to ${of}`)
  })
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds wrong on the page, or in a part of it such as the dialog over it, by the rules of WCAG 2.2, levels A and AA: each with the elements that break it. */
export async function axeViolations(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(axe.source)
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const options = JSON.stringify({ runOnly: { type: 'tag', values: tags } })
  const violations = await page.evaluate<Violation[]>(
    `axe.run(${JSON.stringify(within)}, ${options}).then((found) => found.violations)`,
  )
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`).join(' | ')}`,
  )
}

/** The server shares this process, and sheds load while the browser's programs keep it waiting: what was refused for that is sent again. */
function patient(server: TestServer): TestServer {
  const expectOk: TestServer['expectOk'] = async (request) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await server.expectOk(request)
      } catch (error) {
        if (tries === 10 || !String(error).includes('"overloaded"')) throw error
        await new Promise((resolve) => setTimeout(resolve, 1_000))
      }
    }
  }
  return { ...server, expectOk }
}
