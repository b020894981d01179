import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AssessmentCases, EvaluationUse, ImportPreview, PowerAdviceView } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stateOfDatabase, withoutTrail } from '../../testing/database-state.ts'
import { configurationOf } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let viewer: Person
let origin: string

beforeAll(async () => {
  server = await startTestServer({ importMaxMib: 12 })
  member = await server.addPerson(server.admin.tenant, 'member')
  viewer = await server.addPerson(server.admin.tenant, 'viewer')
  origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => server.stop())

const example = (name: string) => readFile(new URL(`../../../../examples/support-bot/${name}`, import.meta.url))

/** All that is kept, but for the trail of what was refused. */
const keptState = async () => withoutTrail(await stateOfDatabase(server.owner))

async function preview(body: string | Buffer, query: Record<string, string> = {}, by: Pick<Person, 'token'> = member) {
  const path = `/v1/evaluations/preview?${new URLSearchParams(query).toString()}`
  const headers = { 'content-type': 'application/octet-stream' }
  return server.send<ImportPreview & { code: string }>({ method: 'POST', path, token: by.token, body, headers })
}

/** A change of which two promptfoo files were imported and compared. */
async function assessed(): Promise<{ assessmentId: string; baselineId: string }> {
  const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.expectOk<T>({ method: 'POST', path, token: member.token, body, headers })
  const system = `cases-${crypto.randomUUID().slice(0, 8)}`
  await post('/v1/systems', { name: system })
  const observe = (model: string) =>
    post<{ results: { changeId: string | null }[] }>('/v1/observations', {
      observations: [{ system, configuration: configurationOf(model) }],
    })
  await observe('large')
  const changeId = (await observe('small')).results[0]?.changeId ?? ''
  await post(`/v1/changes/${changeId}/confirm`, {})
  const imported = async (name: string) =>
    post<{ id: string }>(`/v1/evaluations?system=${system}&sliceVariable=topic`, await example(name), {
      'content-type': 'application/json',
    })
  const [baseline, candidate] = [await imported('baseline.json'), await imported('candidate.json')]
  const { id } = await post<{ id: string }>(`/v1/changes/${changeId}/assessments`, {
    baselineEvaluationId: baseline.id,
    candidateEvaluationId: candidate.id,
  })
  return { assessmentId: id, baselineId: baseline.id }
}

describe('a preview of an import', () => {
  test('tells of a file what an import would make of it', async () => {
    const { status, body } = await preview(await example('baseline.json'))
    expect(status).toBe(200)
    expect(body).toMatchObject({ format: 'promptfoo', takes: ['variables', 'selection'], faults: [], moreFaults: 0 })
    expect(body.run).toMatchObject({ rows: 88, cases: 88, errors: 0 })
    expect(body.variables.map(({ name }) => name)).toContain('topic')
    expect(body.run?.dropped.length).toBeGreaterThan(0)
    const sliced = await preview(await example('baseline.json'), { sliceVariable: 'topic' })
    expect(sliced.body.run?.slices).toContain('refunds')
  })

  test('answers what is wrong with a file as well as what is right, each fault with its place', async () => {
    const { status, body } = await preview('ticket,correct\na,1\nb,maybe\n')
    expect([status, body.run]).toEqual([200, null])
    expect(body.columns.map(({ name, takenFor }) => [name, takenFor])).toEqual([
      ['ticket', 'case'],
      ['correct', 'nothing'],
    ])
    const mapping = { caseId: 'ticket', metrics: [{ name: 'correct', column: 'correct', kind: 'binary' }] }
    const said = await preview('ticket,correct\na,1\nb,maybe\n', { mapping: JSON.stringify(mapping) })
    expect(said.body.faults).toMatchObject([{ code: 'not_a_number', line: 3, column: 'correct' }])
    expect(JSON.stringify(said.body)).not.toContain('maybe')
  })

  test('P1.2: keeps nothing, whatever it is sent: no row changes but the caller’s own limits', async () => {
    const before = await keptState()
    await preview(await example('baseline.json'))
    await preview('id,correct\nCANARY-1,1\nCANARY-2,0\n')
    await preview('<html>CANARY</html>')
    expect(await keptState()).toEqual(before)
  })

  test('a client that goes away, a file that is too large and one that is empty leave nothing either', async () => {
    const before = await keptState()
    const headers = { authorization: `Bearer ${member.token}`, 'content-type': 'text/csv' }
    const sent = request(`${origin}/v1/evaluations/preview`, { method: 'POST', headers })
    sent.on('error', () => undefined).end(`id,correct\n${'q,1\n'.repeat(400_000)}`)
    await once(sent, 'finish')
    sent.destroy()
    expect(await preview('x'.repeat(13 * 1024 * 1024))).toMatchObject({ status: 413 })
    expect(await preview('')).toMatchObject({ status: 422, body: { code: 'unreadable_evaluation' } })
    expect((await preview('id,correct\n1,1\n2,0\n')).body.run).toMatchObject({ cases: 2 })
    expect(await keptState()).toEqual(before)
  })

  test('P3.2: whoever may not import may not look at files here either', async () => {
    expect(await preview('id,correct\n1,1\n', {}, viewer)).toMatchObject({ status: 403 })
    expect(await preview('id,correct\n1,1\n', {}, { token: '' })).toMatchObject({ status: 401 })
  })

  test('an option that isn’t valid is refused, as at an import', async () => {
    expect(await preview('id,correct\n1,1\n', { mapping: '{' })).toMatchObject({ status: 400 })
    expect(await preview('id,correct\n1,1\n', { system: 'x' })).toMatchObject({ status: 400 })
  })
})

describe('what an assessment and its evaluations tell beyond their numbers', () => {
  test('the cases lost and gained, by id, page by page, as many as it counts; in a slice too', async () => {
    const { assessmentId } = await assessed()
    const { assessment } = await server.expectOk<{
      assessment: {
        metrics: { metric: string; lost: number; gained: number }[]
        slices: { metric: string; slice: string; lost: number }[]
      }
    }>({ path: `/v1/assessments/${assessmentId}`, token: viewer.token })
    const pass = assessment.metrics.find(({ metric }) => metric === 'pass')
    const ask = (query: Record<string, string>) =>
      server.expectOk<AssessmentCases>({
        path: `/v1/assessments/${assessmentId}/cases?${new URLSearchParams({ metric: 'pass', ...query }).toString()}`,
        token: viewer.token,
      })
    const whole = await ask({ change: 'lost', limit: '200' })
    expect([whole.total, whole.items.length]).toEqual([pass?.lost, pass?.lost])
    expect(whole.items.every(({ baseline, candidate }) => baseline === 1 && candidate === 0)).toBe(true)
    const paged: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const part: AssessmentCases = await ask({ change: 'lost', limit: '5', ...(cursor === '' ? {} : { cursor }) })
      paged.push(...part.items)
      cursor = part.nextCursor
    }
    expect(paged).toEqual(whole.items)
    expect((await ask({ change: 'gained' })).total).toBe(pass?.gained)
    const refunds = assessment.slices.find(({ metric, slice }) => metric === 'pass' && slice === 'refunds')
    expect((await ask({ change: 'lost', slice: 'refunds' })).total).toBe(refunds?.lost)
  })

  test('the assessments in which an evaluation served, newest first, as what and with which verdict', async () => {
    const { assessmentId, baselineId } = await assessed()
    const ask = (query = '') =>
      server.expectOk<{ items: EvaluationUse[]; nextCursor: string | null }>({
        path: `/v1/evaluations/${baselineId}/assessments${query}`,
        token: viewer.token,
      })
    const { items } = await ask()
    expect(items).toMatchObject([{ assessmentId, role: 'baseline', verdict: 'material_regression' }])
    const again = { baselineEvaluationId: baselineId, candidateEvaluationId: baselineId }
    const { changeId = '' } = items[0] ?? {}
    const path = `/v1/changes/${changeId}/assessments`
    await server.expectOk({ method: 'POST', path, token: member.token, body: again })
    const first = await ask('?limit=1')
    const second = await ask(`?limit=1&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ role }) => role)).toEqual(['baseline', 'baseline'])
    expect(second).toMatchObject({ items: [{ assessmentId }], nextCursor: null })
    const unknown = `/v1/evaluations/${assessmentId}/assessments`
    expect(await server.send({ path: unknown, token: viewer.token })).toMatchObject({ status: 404 })
  })

  test('a metric that it hasn’t, and a cursor of something else, are refused', async () => {
    const { assessmentId } = await assessed()
    const ask = (query: string) =>
      server.send({ path: `/v1/assessments/${assessmentId}/cases?${query}`, token: viewer.token })
    expect(await ask('metric=nothing&change=lost')).toMatchObject({ status: 404 })
    expect(await ask('metric=pass&change=moved')).toMatchObject({ status: 400 })
    const cursor = Buffer.from('-1').toString('base64url')
    expect(await ask(`metric=pass&change=lost&cursor=${cursor}`)).toMatchObject({ status: 400 })
  })

  test('how far the cases of one evaluation reach, by the default margins and by those that are asked about', async () => {
    const { baselineId } = await assessed()
    const ask = async (plan?: object) => {
      const query = plan === undefined ? '' : `?${new URLSearchParams({ plan: JSON.stringify(plan) }).toString()}`
      const { metrics } = await server.expectOk<PowerAdviceView>({
        path: `/v1/evaluations/${baselineId}/power${query}`,
        token: viewer.token,
      })
      return metrics.find(({ metric }) => metric === 'pass')
    }
    const byDefault = await ask()
    const wide = await ask({ metrics: [{ name: 'pass', margin: 0.2 }] })
    expect(byDefault).toMatchObject({ margin: 0.02, marginFrom: 'default', cases: 88 })
    expect(wide).toMatchObject({ margin: 0.2, marginFrom: 'plan', cases: 88 })
    expect(wide?.pairsForMargin).toBeLessThan(byDefault?.pairsForMargin ?? 0)
    expect(wide?.chance).toBeGreaterThan(byDefault?.chance ?? 1)
    expect(
      await server.send({ path: `/v1/evaluations/${baselineId}/power?plan=no`, token: viewer.token }),
    ).toMatchObject({ status: 400 })
  })
})
