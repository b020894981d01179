import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CDPSession, chromium, type Page } from 'playwright-core'
import { type ConsoleUnderTest, signInBy, startConsole } from '../e2e/console/console-page.ts'
import type { Person } from '../packages/server/testing/test-server.ts'
import { chromiumOptions, freePort, type TestDatabase } from '../packages/testing/src/index.ts'
import { withDatabase } from './database.ts'
import { fillChanges } from './filled-changes.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const size = ofLength({ changes: 100_000, systems: 100, hours: 8 }, { changes: 500, systems: 5, hours: 0.02 })
const changesASecond = 5
const goals = { taskMs: 100, heap: 1.2, score: 95 }

/**
 * Measures the console in a tenant with 100,000 changes and 10,000 records: how long an interaction holds the page's thread, whether its memory is
 * flat over eight hours of live changes (its clock is simulated, its requests are real), and what Lighthouse says of five pages.
 * Lighthouse is installed by `npm ci --prefix bench/lighthouse`.
 */
export function run(): Promise<Row[]> {
  return withDatabase(({ asTestDatabase }) => measureAll(asTestDatabase))
}

async function measureAll(database: TestDatabase): Promise<Row[]> {
  const console = await startConsole(() => ({ rateReads: 1_000_000, rateCredentials: 1_000_000 }), database)
  try {
    const reader = await console.addPerson('admin')
    const configuration = { model: { provider: 'acme', name: 'large' }, prompts: [], inference: {}, tools: [] }
    await fillChanges(console.server.owner, reader.tenant.id, { ...size, configuration })
    return [
      ...(await interactions(console, reader)),
      await memoryOverTime(console, reader),
      ...(await lighthouse(console, reader)),
    ]
  } finally {
    await console.close()
  }
}

/** What a person does on the list and on the way from it, each once on a page at rest. */
const acts: readonly (readonly [name: string, act: (page: Page) => Promise<unknown>])[] = [
  ['the next row by j', (page) => page.keyboard.press('j')],
  ['scrolling by a screen', (page) => page.mouse.wheel(0, 700)],
  ['choosing a row by e', (page) => page.keyboard.press('e')],
  [
    'another view',
    (page) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: /^All/ }).click(),
  ],
  ['a letter of a search', (page) => page.getByRole('searchbox', { name: 'Search changes' }).press('x')],
  ['the palette', (page) => page.keyboard.press('Control+k')],
]

async function interactions(console: ConsoleUnderTest, reader: Person): Promise<Row[]> {
  const page = await console.openAs(reader)
  await page.goto(`${console.origin}/changes`)
  await page.getByRole('row').first().waitFor()
  await page.mouse.move(700, 500)
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  // What the same keys cost where nothing listens to them.
  const blank = await console.open()
  const blankClient = await blank.context().newCDPSession(blank)
  await blankClient.send('Performance.enable')
  const nothing = await busyMs(blank, blankClient, () => blank.keyboard.press('j'))
  const rows: Row[] = []
  for (const [name, act] of acts) {
    const value = await busyMs(page, client, () => act(page))
    rows.push({
      name: `${name}, ${size.changes.toLocaleString('en')} changes`,
      value,
      unit: 'ms of the page’s thread',
      limitName: 'a key on an empty page',
      limit: nothing,
      ratio: value / nothing,
      goal: `<= ${goals.taskMs} ms`,
      isMissed: !(value <= goals.taskMs),
    })
  }
  await page.context().close()
  await blank.context().close()
  return rows
}

/** How long the page's thread works for something, until it rests. */
async function busyMs(page: Page, client: CDPSession, act: () => Promise<unknown>): Promise<number> {
  await page.waitForTimeout(ofLength(2_000, 300))
  const before = await metric(client, 'TaskDuration')
  await act()
  await page.waitForTimeout(ofLength(1_500, 300))
  return ((await metric(client, 'TaskDuration')) - before) * 1000
}

async function metric(client: CDPSession, wanted: string): Promise<number> {
  const { metrics } = await client.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
}

/** Stands in for the browser's own, so that what it tells can come as fast as a simulated clock goes. */
const toldByHand = `
  globalThis.EventSource = class extends EventTarget {
    constructor() { super(); globalThis.told = this; setTimeout(() => this.dispatchEvent(new Event('open')), 0) }
    close() {}
  }
  globalThis.tellOf = (ids) => {
    for (const id of ids) told.dispatchEvent(new MessageEvent('change', { data: JSON.stringify({ id, changeId: id }) }))
  }
`

async function memoryOverTime(console: ConsoleUnderTest, reader: Person): Promise<Row> {
  const page = await console.openAs(reader)
  await page.addInitScript(toldByHand)
  await page.clock.install()
  await page.goto(`${console.origin}/changes?view=all`)
  await page.getByRole('row').first().waitFor()
  const client = await page.context().newCDPSession(page)
  const heapMb = async (): Promise<number> => {
    await client.send('HeapProfiler.collectGarbage')
    const { usedSize } = await client.send('Runtime.getHeapUsage')
    return usedSize / 1e6
  }
  const { items } = await console.server.expectOk<{ items: { id: string }[] }>({
    path: '/v1/change-rows?limit=50',
    token: reader.token,
  })
  const minutes = Math.ceil(size.hours * 60)
  const settled = Math.ceil(minutes / 16)
  let first = Number.NaN
  for (let minute = 0; minute < minutes; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      const ids = Array.from(
        { length: changesASecond },
        (_, n) => items[(second * changesASecond + n) % items.length]?.id,
      )
      await page.evaluate(`tellOf(${JSON.stringify(ids)})`)
      await page.clock.runFor(1000)
    }
    await page.waitForLoadState('networkidle').catch(() => undefined)
    if (minute === settled - 1) first = await heapMb()
  }
  const value = await heapMb()
  await page.context().close()
  return {
    name: `memory of the list after ${size.hours} h of ${changesASecond} changes a second`,
    value,
    unit: 'MB',
    limitName: 'after a sixteenth of it',
    limit: first,
    ratio: value / first,
    goal: `<= ${goals.heap} of it`,
    isMissed: !(value / first <= goals.heap),
  }
}

interface Lighthouse {
  readonly default: (
    url: string,
    flags: object,
    config: object,
  ) => Promise<{
    lhr: {
      categories: Readonly<Record<string, { readonly score: number | null }>>
      audits: Readonly<Record<string, { readonly numericValue?: number }>>
    }
  }>
  readonly desktopConfig: object
}

async function lighthouse(console: ConsoleUnderTest, reader: Person): Promise<Row[]> {
  const folder = new URL('lighthouse/node_modules/lighthouse/', import.meta.url)
  const isWhole = ofLength(true, false)
  if (!isWhole) return []
  if (!existsSync(folder)) {
    process.stdout.write('without Lighthouse: npm ci --prefix bench/lighthouse brings it\n')
    return []
  }
  const { default: audit, desktopConfig } = (await import(new URL('core/index.js', folder).href)) as Lighthouse
  const { items } = await console.server.expectOk<{ items: { id: string; changeId: string }[] }>({
    path: '/v1/records?limit=1',
    token: reader.token,
  })
  const port = await freePort()
  const profile = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  const options = chromiumOptions()
  // Lighthouse looks through the browser's own port, at pages of its first profile: there the reader is signed in.
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    args: [...options.args, `--remote-debugging-port=${port}`],
  })
  const page = await context.newPage()
  await page.goto(`${console.origin}/sign-in`)
  await signInBy(page, reader)
  await page.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
  const rows: Row[] = []
  for (const path of ['/', '/changes', `/changes/${items[0]?.changeId}`, '/systems', '/settings/profile']) {
    const { lhr } = await audit(
      `${console.origin}${path}`,
      { port, disableStorageReset: true, logLevel: 'error' },
      desktopConfig,
    )
    for (const [name, { score }] of Object.entries(lhr.categories)) {
      const value = (score ?? 0) * 100
      rows.push({
        name: `Lighthouse, ${path.replace(/[0-9a-f-]{36}/, '…')}, ${name}`,
        value,
        unit: 'points',
        limitName: 'all points',
        limit: 100,
        ratio: value / 100,
        goal: `>= ${goals.score}`,
        isMissed: value < goals.score,
      })
    }
    const lcp = lhr.audits['largest-contentful-paint']?.numericValue ?? Number.NaN
    rows.push({
      name: `largest contentful paint, ${path.replace(/[0-9a-f-]{36}/, '…')}`,
      value: lcp,
      unit: 'ms',
      limitName: 'goal',
      limit: 1000,
      ratio: lcp / 1000,
      goal: '< 1000 ms',
      isMissed: !(lcp < 1000),
    })
  }
  await context.close()
  rmSync(profile, { recursive: true, force: true })
  return rows
}
