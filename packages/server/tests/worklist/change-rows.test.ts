import type { Change, ChangeCount, ChangeRow, Life } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange, proposalOf } from '../../testing/lifecycle.ts'
import { beginStory, type Cast, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let cast: Cast
let viewer: Person
beforeAll(async () => {
  server = await startTestServer()
  const { tenant } = server.admin
  cast = {
    author: await server.addPerson(tenant, 'member'),
    approver: await server.addPerson(tenant, 'approver'),
  }
  viewer = await server.addPerson(tenant, 'viewer')
})
afterAll(() => server.stop())

let systems = 0
const newStory = (): Promise<Story> => beginStory(server, cast, `rows-${(systems += 1)}`)

interface Rows {
  readonly items: readonly ChangeRow[]
  readonly nextCursor: string | null
}
type Query = Readonly<Record<string, string>>

const searchOf = (query: Query): string => new URLSearchParams(query).toString()
const askRows = (query: Query, by: Person = viewer): Promise<Rows> =>
  server.expectOk<Rows>({ path: `/v1/change-rows?${searchOf(query)}`, token: by.token })
const askCount = (query: Query, by: Person = viewer): Promise<ChangeCount> =>
  server.expectOk<ChangeCount>({ path: `/v1/change-rows/count?${searchOf(query)}`, token: by.token })

/** All rows of a query, page after page. */
async function allRows(query: Query, by: Person = viewer): Promise<ChangeRow[]> {
  const rows: ChangeRow[] = []
  let cursor: string | null = null
  do {
    const page: Rows = await askRows({ ...query, ...(cursor === null ? {} : { cursor }) }, by)
    rows.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return rows
}

/** What may happen to the changes of a system, whatever was before: what can't be is refused, and leaves all as it was. */
type Step =
  | { readonly does: 'run' | 'plan'; readonly temperature: number }
  | { readonly does: Doing; readonly which: number }
const doings = [
  'confirm',
  'dismiss',
  'act',
  'refuse',
  'propose',
  'reject',
  'verify',
  'close',
  'emergency',
  'merge',
] as const
type Doing = (typeof doings)[number]

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constantFrom('run', 'plan'), temperature: fc.constantFrom(0.1, 0.2, 0.3, 0.4) }),
    fc.record({ does: fc.constantFrom(...doings), which: fc.nat(3) }),
    fc.record({ does: fc.constantFrom('confirm', 'act', 'verify'), which: fc.nat(1) }),
  ),
  { minLength: 4, maxLength: 14 },
)

async function take(story: Story, step: Step): Promise<void> {
  const { system } = story
  if (!('which' in step)) {
    const after = { model: { provider: 'acme', name: 'large' }, inference: { temperature: step.temperature } }
    if (step.does === 'run') await story.post('/v1/observations', { observations: [{ system, configuration: after }] })
    else await story.post('/v1/changes', { system, title: 'A plan', changeTypes: ['inference'], after })
    return
  }
  const changes = await story.changes()
  const change = changes[step.which % Math.max(changes.length, 1)]
  if (change === undefined) return
  await doTo(story, change, step.does)
}

async function doTo(story: Story, change: Change, does: Doing): Promise<void> {
  const path = `/v1/changes/${change.id}`
  const proposes = (decision: 'act' | 'not_act') =>
    story.post<{ id: string; evidenceDigest: string }>(`${path}/decisions`, {
      decision,
      decisionDetail: decision === 'act' ? 'approve' : 'reject',
      justification: 'x',
    })
  const settles = async (decision: 'act' | 'not_act', verdict: 'approve' | 'reject'): Promise<void> => {
    const { status, body } = await proposes(decision)
    if (status !== 201) return
    const { id, evidenceDigest } = body
    await story.post(`/v1/decisions/${id}/approvals`, { verdict, evidenceDigest }, cast.approver)
  }
  const other = (await story.changes()).find(({ id }) => id !== change.id)
  const doing: Readonly<Record<Doing, () => Promise<unknown>>> = {
    confirm: () => story.post(`${path}/confirm`, { risk: { severity: 'high' } }),
    dismiss: () => story.post(`${path}/dismiss`, { reason: 'noise' }),
    act: () => settles('act', 'approve'),
    refuse: () => settles('not_act', 'approve'),
    propose: () => proposes('act'),
    reject: () => settles('act', 'reject'),
    verify: () => story.post(`${path}/verification`, { evidence: 'as before' }),
    close: () => story.post(`${path}/closure`, { code: 'successful' }),
    emergency: () => story.post(`${path}/emergency`, { reason: 'It is down.' }, cast.approver),
    merge: () => story.post(`${path}/merge`, { into: other?.id ?? change.id, reason: 'one' }),
  }
  await doing[does]()
}

/** Whether there is work left on a change, as the reference says it. */
function isOpen(row: ChangeRow, { stage, recordId }: Life, proposed: ReadonlySet<string>): boolean {
  if (row.status === 'dismissed' || stage === 'closed') return false
  return stage !== 'reviewed' || recordId === null || proposed.has(row.decisionId ?? '')
}

/** The whole way of a change, and then a decision anew. */
const wholeWay: Step[] = [
  { does: 'run', temperature: 0.2 },
  { does: 'confirm', which: 0 },
  { does: 'act', which: 0 },
  { does: 'verify', which: 0 },
  { does: 'propose', which: 0 },
]

describe('rows of changes', () => {
  test('say what the lives of their changes say, whatever happened to them, and are found by it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const story = await newStory()
        await story.runs(0.1)
        for (const step of taken) await take(story, step)
        const rows = await allRows({ system: story.system })
        const changes = await story.changes()
        expect(rows.map(({ id }) => id)).toEqual(changes.map(({ id }) => id))
        const lives = new Map(await Promise.all(rows.map(async ({ id }) => [id, await story.life(id)] as const)))
        for (const row of rows) {
          const { stage, decision, running, recordId } = lives.get(row.id) ?? {}
          expect(row).toMatchObject({ stage, decision, running, recordId })
        }
        const filters = ['stage', 'decision', 'status', 'severity', 'origin'] as const
        for (const name of filters) {
          for (const value of new Set(rows.flatMap((row) => row[name] ?? []))) {
            const query = { system: story.system, [name]: value }
            const wanted = rows.filter((row) => row[name] === value)
            expect([query, await allRows(query)]).toEqual([query, wanted])
            expect(await askCount(query)).toEqual({ count: wanted.length, capped: false })
          }
        }
        const proposed = await proposedOf(rows)
        const isLeft = (row: ChangeRow): boolean => {
          const life = lives.get(row.id)
          return life !== undefined && isOpen(row, life, proposed)
        }
        for (const open of [true, false]) {
          const query = { system: story.system, open: String(open) }
          expect([query, await allRows(query)]).toEqual([query, rows.filter((row) => isLeft(row) === open)])
        }
      }),
      { numRuns: 12, examples: [[wholeWay], [wholeWay.slice(0, 4)]] },
    )
  }, 240_000)

  test('come page after page, each change once, the newest opened first', async () => {
    const story = await newStory()
    for (const temperature of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]) await story.runs(temperature)
    const rows = await allRows({ system: story.system, limit: '2' })
    expect(rows).toHaveLength(5)
    expect(rows.map(({ id }) => id)).toEqual((await story.changes()).map(({ id }) => id))
  })

  test('are told without configurations, with the names of who opened them', async () => {
    const story = await newStory()
    await story.runs(0.1)
    const id = await story.runs(0.2)
    const [row] = await allRows({ system: story.system })
    expect(row).toEqual({
      id,
      title: 'temperature 0.1 → 0.2',
      system: story.system,
      environment: 'production',
      changeTypes: ['inference'],
      changeClass: 'normal',
      origin: 'api',
      status: 'pending',
      intent: 'observed',
      stage: 'running',
      decision: 'undecided',
      running: 'runs',
      severity: null,
      verdict: null,
      assessmentId: null,
      decisionId: null,
      recordId: null,
      emergency: false,
      authorId: cast.author.accountId,
      authorName: expect.any(String),
      awaitingMe: false,
      openedAt: expect.any(String),
      updatedAt: expect.any(String),
    })
  })

  test('are found by a part of their title or system in whichever case, and by a name that is none there are none', async () => {
    const story = await newStory()
    await story.post('/v1/changes', { system: story.system, title: 'Größerer INDEX 100%', changeTypes: ['retrieval'] })
    const found = async (q: string) => (await allRows({ q, system: story.system })).length
    expect(await found('größerer')).toBe(1)
    expect(await found('index 100%')).toBe(1)
    expect(await found(story.system.toUpperCase())).toBe(1)
    expect(await found('_ndex')).toBe(0)
    expect(await allRows({ system: 'nothing-of-this-name' })).toEqual([])
    expect(await askCount({ system: 'nothing-of-this-name' })).toEqual({ count: 0, capped: false })
  })

  test('are found by when they were opened, their type, class, author and environment', async () => {
    const story = await newStory()
    const { body: change } = await story.post<Change>('/v1/changes', {
      system: story.system,
      environment: 'staging',
      title: 'New data',
      changeTypes: ['data', 'retrieval'],
      changeClass: 'standard',
    })
    const { openedAt } = change
    const later = new Date(Date.parse(openedAt) + 1).toISOString()
    const author = cast.author.accountId
    const fits: readonly Query[] = [
      { from: openedAt },
      { to: later },
      { type: 'data' },
      { class: 'standard' },
      { author },
      { environment: 'staging' },
      {
        from: openedAt,
        to: later,
        type: 'retrieval',
        class: 'standard',
        author,
        environment: 'staging',
        emergency: 'false',
      },
    ]
    const others: readonly Query[] = [
      { from: later },
      { to: openedAt },
      { type: 'model' },
      { class: 'normal' },
      { author: viewer.accountId },
      { environment: 'production' },
      { emergency: 'true' },
    ]
    const { system } = story
    for (const query of fits)
      expect([query, await allRows({ system, ...query })]).toMatchObject([query, [{ id: change.id }]])
    for (const query of others) expect([query, await allRows({ system, ...query })]).toEqual([query, []])
  })

  test('of which few fit among many are found on later pages, and a short page says that there are more', async () => {
    const story = await newStory()
    const { body: rare } = await story.post<Change>('/v1/changes', {
      system: story.system,
      title: 'The rare one',
      changeTypes: ['data'],
    })
    await server.owner.query(
      `insert into change (tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin,
         change_fingerprint, delta, author_id)
       select tenant_id, ('ffffffff-ffff-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, system_id, environment, 'confirmed', change_types, intent,
         change_class, 'One of many', origin, 'many-' || n, delta, author_id
       from change, generate_series(1, 300) n where id = $1`,
      [rare.id],
    )
    const query = { system: story.system, q: 'rare', limit: '2' }
    const first = await askRows(query)
    expect(first.items).toEqual([])
    expect(first.nextCursor).not.toBeNull()
    expect(await allRows(query)).toMatchObject([{ id: rare.id }])
    expect(await askCount({ system: story.system })).toEqual({ count: 301, capped: false })
    await server.owner.query(`delete from change where change_fingerprint like 'many-%'`)
  })

  test('a verdict, an assessment and a decision that is open are told, and found by', async () => {
    const system = `rows-${(systems += 1)}`
    const { changeId, assessmentId } = await assessedChange(server, cast.author, system)
    const [before] = await allRows({ system, verdict: 'none' })
    expect(before).toBeUndefined()
    const { id: decisionId } = await server.expectOk<{ id: string }>({
      method: 'POST',
      path: `/v1/changes/${changeId}/decisions`,
      token: cast.author.token,
      body: proposalOf(assessmentId),
    })
    const [row] = await allRows({ system })
    expect(row).toMatchObject({ assessmentId, decisionId, decision: 'proposed', recordId: null })
    expect(await allRows({ system, verdict: row?.verdict ?? '', decision: 'proposed' })).toEqual([row])
  })
})

/** Those of the decisions that rows name which are proposed. */
async function proposedOf(rows: readonly ChangeRow[]): Promise<Set<string>> {
  const ids = rows.flatMap(({ decisionId }) => decisionId ?? [])
  const found = await Promise.all(
    ids.map((id) =>
      server.expectOk<{ id: string; status: string }>({ path: `/v1/decisions/${id}`, token: viewer.token }),
    ),
  )
  return new Set(found.filter(({ status }) => status === 'proposed').map(({ id }) => id))
}

describe('what waits for whoever asks', () => {
  const awaits = async (system: string, by: Person): Promise<boolean> => {
    const [row] = await allRows({ system }, by)
    const found = await allRows({ system, awaiting: 'me' }, by)
    expect(found.length).toBe(row?.awaitingMe === true ? 1 : 0)
    expect(await askCount({ system, awaiting: 'me' }, by)).toEqual({ count: found.length, capped: false })
    return row?.awaitingMe === true
  }

  test('is told by what they may do, and an open decision by who may approve it', async () => {
    const { author, approver } = cast
    const system = `rows-${(systems += 1)}`
    const { changeId, assessmentId } = await assessedChange(server, author, system)
    expect([await awaits(system, author), await awaits(system, viewer)]).toEqual([true, false])
    await server.expectOk({
      method: 'POST',
      path: `/v1/changes/${changeId}/decisions`,
      token: approver.token,
      body: { ...proposalOf(assessmentId), decision: 'act', decisionDetail: 'approve' },
    })
    // Its author may not approve it, though an approver; a member never may; another approver does.
    expect([await awaits(system, approver), await awaits(system, author)]).toEqual([false, false])
    expect(await awaits(system, server.admin)).toBe(true)
  })

  test('an approver whose verdict is given waits no more, until the evidence is another', async () => {
    const { author, approver } = cast
    const story = await newStory()
    const rules = [{ decision: 'after', withinHours: 24, approvals: { ruleType: 'custom', quorum: 2 } }]
    const policy = { system: story.system, rules, reason: 'Two agree.' }
    await server.expectOk({ method: 'POST', path: '/v1/policies', token: server.admin.token, body: policy })
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    const { id, evidenceDigest } = await story.proposes(changeId)
    const body = { verdict: 'approve', evidenceDigest }
    await server.expectOk({ method: 'POST', path: `/v1/decisions/${id}/approvals`, token: approver.token, body })
    expect([await awaits(story.system, approver), await awaits(story.system, server.admin)]).toEqual([false, true])
    const risk = { severity: 'critical' }
    await server.expectOk({ method: 'PUT', path: `/v1/changes/${changeId}/risk`, token: author.token, body: risk })
    expect(await awaits(story.system, approver)).toBe(true)
  })

  test('for a key only what its scopes let it do', async () => {
    const { author } = cast
    const story = await newStory()
    await story.runs(0.1)
    await story.runs(0.2)
    const reading = await server.addKey(author, ['change:read'])
    const writing = await server.addKey(author, ['change:read', 'change:write'])
    const by = (key: string): Person => ({ ...author, token: key })
    expect([await awaits(story.system, by(reading.key)), await awaits(story.system, by(writing.key))]).toEqual([
      false,
      true,
    ])
  })
})
