import { Client, DatabaseError, type QueryResult } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createListData, type ListData } from '../../testing/list-data.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let data: ListData

beforeAll(async () => {
  server = await startTestServer()
  data = await createListData(server)
}, 600_000)
afterAll(() => server.stop())

/** Rows of each list. A page that reads in proportion to them can't be overlooked. */
const limit = 20

/** Bounds of the rows that a page may read: so many for one that it shows, in all of its tables together, and some for who asks. */
const rowsForOne = 120
const rowsBesides = 250

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** The rows that a plan took from tables and indexes, those that it threw away again too. */
function rowsIn(node: PlanNode): number {
  const inner = (node.Plans ?? []).reduce((sum, it) => sum + rowsIn(it), 0)
  if (!node['Node Type'].endsWith('Scan') || node['Node Type'] === 'Bitmap Heap Scan') return inner
  const each =
    node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return inner + (node['Relation Name'] === undefined ? 0 : each * node['Actual Loops'])
}

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The statements of this process while `work` runs, as the driver sends them. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = []
  const { query } = Client.prototype
  // oxlint-disable-next-line typescript/no-explicit-any -- the driver's function has a dozen forms
  Client.prototype.query = function (this: Client, ...given: any[]): any {
    const [first, second] = given as [string | { text: string; values?: unknown[] }, unknown]
    const text = typeof first === 'string' ? first : first.text
    const values = typeof first === 'string' ? (Array.isArray(second) ? second : []) : (first.values ?? [])
    if (/^\s*(?:select|with)\b/i.test(text)) seen.push({ text, values })
    return (query as (...it: unknown[]) => Promise<QueryResult>).apply(this, given)
  } as typeof query
  try {
    await work()
  } finally {
    Client.prototype.query = query
  }
  return seen
}

/** How many rows the statements read, asked again as the application's role. */
async function rowsReadBy(statements: readonly Statement[], tenantId: string): Promise<number> {
  let rows = 0
  for (const { text, values } of statements) {
    if (/set_config|pg_notify|pg_advisory|pg_logical/.test(text)) continue
    await server.owner.query('begin')
    try {
      await server.owner.query("select set_config('role', 'afterai_app', true), set_config('app.tenant', $1, true)", [
        tenantId,
      ])
      const plan = await server.owner.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `explain (analyze, timing off, format json) ${text}`,
        [...values],
      )
      rows += rowsIn(plan.rows[0]?.['QUERY PLAN'][0].Plan as PlanNode)
    } catch (error) {
      // What the server asks before it takes on the role, by functions that answer for one credential.
      if (!(error instanceof DatabaseError && error.code === '42501')) throw error
    } finally {
      await server.owner.query('rollback')
    }
  }
  return rows
}

/** A page and the next one of it: what they show, and how many rows they read. */
async function readPages(path: string, query: Readonly<Record<string, string>>) {
  const { admin } = server
  const isOperated = server.http.routePermissions.get(`GET ${path}`) === 'tenant:operate'
  const { token } = isOperated ? await server.operator() : admin
  const ask = async (cursor?: string) => {
    const search = new URLSearchParams({ ...query, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) })
    let answer: { items: unknown[]; nextCursor: string | null } = { items: [], nextCursor: null }
    const statements = await statementsOf(async () => {
      answer = await server.expectOk({ path: `${path}?${search.toString()}`, token })
    })
    return { ...answer, rows: await rowsReadBy(statements, admin.tenant.id) }
  }
  const first = await ask()
  const second = first.nextCursor === null ? undefined : await ask(first.nextCursor)
  return [first, ...(second === undefined ? [] : [second])]
}

type Query = readonly (readonly [name: string, value: string])[]

/** Makes the queries of a list: without a filter, by each value of each, by two values each of every pair, and twice by one of all at once. */
function queriesOf(values: Readonly<Record<string, readonly string[]>>): Query[] {
  const named = Object.entries(values).map(([name, all]) => all.map((value) => [name, value] as const))
  const pairs = named.flatMap((a, index) =>
    named.slice(index + 1).flatMap((b) => a.slice(0, 2).flatMap((one) => b.slice(0, 2).map((two) => [one, two]))),
  )
  const whole = [0, 1].map((nth) => named.flatMap((all) => all.slice(nth, nth + 1)))
  return [[], ...named.flat().map((one) => [one]), ...pairs, ...whole]
}

interface Described {
  readonly paths: Readonly<Record<string, { get?: { parameters?: readonly { name: string; in: string }[] } }>>
}

/**
 * Every list of the API that comes in pages, with its other parameters. Standings don't: the worst of them are found among all
 * environments.
 */
function lists(): { path: string; filters: string[] }[] {
  const { paths } = server.http.swagger() as unknown as Described
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const names = (get?.parameters ?? []).filter((it) => it.in === 'query').map(({ name }) => name)
    if (!names.includes('limit') || !names.includes('cursor')) return []
    return [{ path, filters: names.filter((name) => name !== 'limit' && name !== 'cursor') }]
  })
}

describe('P5.3: a page reads a page’s worth', () => {
  test('for each list, filter and combination of filters, however much there is', async () => {
    const tooMany: unknown[] = []
    const unknown: string[] = []
    let asked = 0
    for (const { path, filters } of lists()) {
      const known = data.filters[path]
      if (known === undefined || filters.some((name) => known[name] === undefined)) {
        unknown.push(`${path}: ${filters.filter((name) => known?.[name] === undefined).join(', ')}`)
        continue
      }
      for (const query of queriesOf(known)) {
        const asks = Object.fromEntries(query)
        if (!data.required(path, Object.keys(asks))) continue
        for (const page of await readPages(path.replace('{id}', data.changeId).replace('{name}', 'system-0'), asks)) {
          asked += 1
          if (page.rows > (limit + 1) * rowsForOne + rowsBesides) tooMany.push([path, asks, page.rows])
        }
      }
    }
    expect(unknown).toEqual([])
    expect(tooMany).toEqual([])
    expect(asked).toBeGreaterThan(100)
  }, 600_000)

  test('so does what comes without pages: what waits for somebody, and a count', async () => {
    const { token, tenant } = server.admin
    const bounds: Readonly<Record<string, number>> = {
      '/v1/inbox': 15_000,
      '/v1/search?q=nothing+like+it': 16_000,
      '/v1/search?q=0198': 16_000,
      '/v1/change-rows/count': 12_000,
      '/v1/change-rows/count?verdict=withheld': 55_000,
      '/v1/change-rows/count?open=true&q=nothing': 105_000,
    }
    const tooMany: unknown[] = []
    for (const [path, bound] of Object.entries(bounds)) {
      const rows = await rowsReadBy(await statementsOf(() => server.expectOk({ path, token })), tenant.id)
      if (rows > bound) tooMany.push([path, rows])
    }
    expect(tooMany).toEqual([])
  }, 120_000)
})
