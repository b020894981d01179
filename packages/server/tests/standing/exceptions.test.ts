import type { Envelope } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginStory, inDays, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

/** A system in whose production nothing may run that isn't decided, but for what the story is about. */
async function strict(): Promise<Story> {
  stories += 1
  const story = await beginStory(server, { author, approver }, `bot-${stories}`)
  const body = { system: story.system, rules: [{ decision: 'before' }], reason: 'Nothing runs undecided.' }
  await server.expectOk({ method: 'POST', path: '/v1/policies', token: server.admin.token, body })
  await story.runs(0.1)
  await story.accepts()
  return story
}

describe('an emergency', () => {
  test('runs before it is decided, loudly, by whom the policy names, and is decided within its time', async () => {
    const story = await strict()
    const planned = await story.plans(0.4)
    expect(await story.gate(0.4)).toMatchObject({ open: false, answer: 'undecided' })
    const path = `/v1/changes/${planned}/emergency`
    const reason = 'The provider is down.'
    expect(await story.post(path, { reason })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    const { key } = await server.addKey(server.admin, ['change:write'])
    const byKey = await server.send({ method: 'POST', path, token: key, body: { reason } })
    expect(byKey.status).toBe(403)
    expect((await story.post(path, { reason }, approver)).status).toBe(200)
    expect((await story.post(path, { reason }, approver)).status).toBe(409)
    expect(await story.gate(0.4)).toMatchObject({ open: true, answer: 'emergency' })
    expect(await story.runs(0.4)).toBe(planned)
    expect(await story.standing()).toMatchObject({ standing: 'awaiting', emergency: true })
    expect((await story.standing()).reason).toContain(reason)
    expect(await story.standing(inDays(4))).toMatchObject({ standing: 'overdue', emergency: true })
    await story.confirms(planned)
    const recordId = await story.decides(planned)
    expect(await story.standing(inDays(4))).toMatchObject({ standing: 'authorised', recordId })
    const record = await server.expectOk<{ content: { evidence: { change: { changeClass: string } } } }>({
      path: `/v1/records/${recordId}`,
      token: author.token,
    })
    expect(record.content.evidence.change.changeClass).toBe('emergency')
  })

  test('that is refused afterwards is contrary', async () => {
    const story = await strict()
    const changeId = (await story.runs(0.4)) ?? ''
    await story.post(`/v1/changes/${changeId}/emergency`, { reason: 'So it was.' }, approver)
    await story.confirms(changeId)
    await story.decides(changeId, { decision: 'not_act' })
    expect(await story.standing()).toMatchObject({ standing: 'contrary' })
  })
})

describe('an envelope of standard changes', () => {
  const terms = {
    environments: ['production'],
    clauses: [{ path: '/inference/temperature', min: 0, max: 0.5 }],
    until: inDays(30),
  }
  const propose = (story: Story, more: object = {}) =>
    story.post<Envelope>('/v1/envelopes', { title: 'Small moves', system: story.system, ...terms, ...more })

  test('lets inside pass, from the gate to the standing, once another person approved it', async () => {
    const story = await strict()
    const { body: envelope } = await propose(story)
    const path = `/v1/envelopes/${envelope.id}/approval`
    expect(await story.gate(0.2)).toMatchObject({ open: false })
    expect((await story.post(path, {}, author)).status).toBe(403)
    expect(await story.post(path, {}, approver)).toMatchObject({ status: 200, body: { state: 'in_force' } })
    expect(await story.gate(0.2)).toMatchObject({ open: true, answer: 'standard' })
    await story.runs(0.2)
    expect(await story.standing()).toMatchObject({ standing: 'authorised', envelopeId: envelope.id, recordId: null })
  })

  test('names the clause that fails outside', async () => {
    const story = await strict()
    const { body: envelope } = await propose(story)
    await story.post(`/v1/envelopes/${envelope.id}/approval`, {}, approver)
    const shut = await story.gate(0.9)
    expect(shut).toMatchObject({ open: false, answer: 'undecided' })
    expect(shut.reason).toContain('clauses: /inference/temperature may not be 0.9')
    await story.runs(0.9)
    expect(await story.standing()).toMatchObject({ standing: 'overdue', envelopeId: null })
  })

  test('nobody approves their own, and a revoked one lets nothing more pass', async () => {
    const story = await strict()
    const own = await story.post<Envelope>('/v1/envelopes', { title: 'Mine', system: story.system, ...terms }, approver)
    expect(await story.post(`/v1/envelopes/${own.body.id}/approval`, {}, approver)).toMatchObject({
      status: 403,
      body: { code: 'self_approval' },
    })
    const { body: envelope } = await propose(story)
    await story.post(`/v1/envelopes/${envelope.id}/approval`, {}, approver)
    await story.runs(0.2)
    await story.post(`/v1/envelopes/${envelope.id}/revocation`, {}, approver)
    expect(await story.standing()).toMatchObject({ standing: 'authorised', envelopeId: envelope.id })
    expect(await story.gate(0.3)).toMatchObject({ open: false })
    await story.runs(0.3)
    expect(await story.standing()).toMatchObject({ standing: 'overdue' })
  })

  test('that ends in the past, or too far ahead, is refused', async () => {
    const story = await strict()
    for (const until of [inDays(-1), inDays(400)]) {
      expect(await propose(story, { until })).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    }
  })
})
