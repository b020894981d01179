import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchAll } from '../../src/standing/watch.ts'
import { spanOf, tracesOf } from '../../testing/otlp/otlp-bodies.ts'
import { beginStory, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let key: string
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  key = (await server.addKey(server.admin, ['telemetry:write'])).key
})
afterAll(() => server.stop())

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

/** Tells by OTLP of calls of a system, of which some failed. */
async function calls(
  { system }: Story,
  { ok, failed }: { readonly ok: number; readonly failed: number },
): Promise<void> {
  const spans = Array.from({ length: ok + failed }, (_, n) =>
    spanOf(
      {},
      {
        spanId: `${stories}${n}`.padStart(16, '0'),
        traceId: `${stories}${n}`.padStart(32, '0'),
        status: n < failed ? { code: 2 } : {},
      },
    ),
  )
  await server.expectOk({ method: 'POST', path: '/v1/traces', token: key, body: tracesOf(system, spans) })
}

function watch(): Promise<void> {
  const { db, audit } = server.enrolment
  return watchAll({ db, audit, tell: undefined }, new AbortController().signal)
}

/** A system that runs by a record with these conditions. Answers the record's id. */
async function running(
  story: Story,
  more: Parameters<Story['decides']>[1],
): Promise<{ changeId: string; recordId: string }> {
  await story.runs(0.1)
  const changeId = (await story.runs(0.2)) ?? ''
  await story.confirms(changeId)
  return { changeId, recordId: await story.decides(changeId, more) }
}

const errorRate = { metric: 'error_rate', comparison: 'at_most', bound: 0.02 }

describe('P6.2: a condition that telemetry checks', () => {
  test('holds while the figures do, and of too few calls nothing is said', async () => {
    const story = await begin()
    await running(story, { checks: [{ ...errorRate, minCalls: 100 }] })
    await calls(story, { ok: 60, failed: 6 })
    await watch()
    expect(await story.standing()).toMatchObject({ standing: 'authorised' })
    await calls(story, { ok: 400, failed: 0 })
    await watch()
    expect(await story.standing()).toMatchObject({ standing: 'authorised' })
  })

  test('broken by what arrives through OTLP, it reopens the decision, whatever the figures are later', async () => {
    const story = await begin()
    const { changeId, recordId } = await running(story, { checks: [errorRate] })
    await calls(story, { ok: 90, failed: 10 })
    await watch()
    const broken = { standing: 'condition_broken', recordId, needs: `afterai decide ${changeId}` }
    expect(await story.standings()).toMatchObject({ ok: false, items: [broken] })
    expect((await story.standing()).reason).toContain('error_rate <= 0.02 over 24 h: it was 0.1 over 100 calls')
    expect(await story.gate(0.2)).toMatchObject({ open: false })
    await calls(story, { ok: 900, failed: 0 })
    await watch()
    expect(await story.standing()).toMatchObject({ standing: 'condition_broken' })
    const { items } = await server.expectOk<{ items: { resource: string; details: { outcome: string } }[] }>({
      path: '/v1/audit-events?action=condition.find',
      token: server.admin.token,
    })
    expect(items.filter((it) => it.resource === `record/${recordId}`)).toMatchObject([
      { details: { outcome: 'broken' } },
    ])
    const superseding = await story.decides(changeId)
    expect(await story.standing()).toMatchObject({ standing: 'authorised', recordId: superseding })
  })

  test('without anything that tells of it, it is not broken', async () => {
    const story = await begin()
    await running(story, { checks: [{ ...errorRate, of: 'before', bound: 1.1 }, errorRate] })
    await watch()
    expect(await story.standing()).toMatchObject({ standing: 'authorised' })
  })

  test('is refused in another form, with its place', async () => {
    const story = await begin()
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    const body = {
      decision: 'act',
      decisionDetail: 'approve',
      justification: 'Fine.',
      checks: [{ ...errorRate, metric: 'mood' }],
    }
    const refused = await story.post<{ errors: { pointer: string }[] }>(`/v1/changes/${changeId}/decisions`, body)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/checks/0/metric' }] } })
  })
})

describe('a condition that a person looks at', () => {
  test('is met or broken as somebody says, of those that the record has', async () => {
    const story = await begin()
    const condition = 'Keep the old model for refunds'
    const { recordId } = await running(story, { conditions: [condition] })
    const path = `/v1/records/${recordId}/findings`
    const other = await story.post(path, { condition: 'Something else', outcome: 'met', note: 'Seen.' })
    expect(other).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect((await story.post(path, { condition, outcome: 'met', note: 'Checked the router.' })).status).toBe(201)
    expect(await story.standing()).toMatchObject({ standing: 'authorised' })
    expect((await story.post(path, { condition, outcome: 'broken', note: 'Refunds go to the new one.' })).status).toBe(
      201,
    )
    expect(await story.standing()).toMatchObject({ standing: 'condition_broken' })
  })
})
