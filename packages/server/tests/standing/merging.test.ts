import type { Change } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve, assessedChange } from '../../testing/lifecycle.ts'
import { beginStory, configurationAt, type Story } from '../../testing/standing-story.ts'
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

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `merged-${stories}`)
}

function merge({ post }: Story, id: string, into: string) {
  return post<Change>(`/v1/changes/${id}/merge`, { into, reason: 'Two told of one deployment.' })
}

async function describes({ post, system }: Story, more: object = {}): Promise<string> {
  const body = { system, title: 'The temperature goes up', changeTypes: ['inference'], ...more }
  return (await post<Change>('/v1/changes', body)).body.id
}

async function sealedOf(recordId: string): Promise<{ evidence: object }> {
  const path = `/v1/records/${recordId}`
  return (await server.expectOk<{ content: { evidence: object } }>({ path, token: author.token })).content
}

describe('two changes that tell of the same thing', () => {
  test('become one: the duplicate is closed, each names the other, and both histories stay', async () => {
    const story = await begin()
    await story.runs(0.1)
    const [told, planned] = [await describes(story), await story.plans(0.2)]
    expect(await merge(story, told, planned)).toMatchObject({
      status: 200,
      body: {
        status: 'dismissed',
        mergedInto: planned,
        statusReason: 'Two told of one deployment.',
        settledByName: 'The member',
      },
    })
    expect(await story.change(planned)).toMatchObject({ status: 'pending', duplicates: [told], observations: 2 })
    expect(await story.life(told)).toMatchObject({ waitsFor: null, next: null })
    const path = `/v1/audit-events?resource=change/${told}&order=oldest`
    const { items } = await server.expectOk<{ items: { action: string }[] }>({ path, token: server.admin.token })
    expect(items.map(({ action }) => action)).toEqual(['change.open', 'change.merge'])
  })

  test('pass on when one began to run: standing, life and gate follow the one that stays', async () => {
    const story = await begin()
    await story.runs(0.1)
    // A plan that is made after what it plans was deployed is told twice.
    const observed = (await story.runs(0.2)) ?? ''
    const planned = await describes(story, { title: 'As agreed' })
    const [then, before] = [new Date().toISOString(), await story.standing()]
    const plan = await describes(story, { title: 'As planned', environment: 'staging', after: configurationAt(0.2) })
    expect(await merge(story, plan, observed)).toMatchObject({ status: 409 })
    expect((await merge(story, planned, observed)).status).toBe(200)
    expect(await story.life(observed)).toMatchObject({ running: 'runs' })
    await story.confirms(observed)
    const recordId = await story.decides(observed)
    expect(await story.standing()).toMatchObject({ recordId, changeId: observed, standing: 'authorised' })
    const { changeId, standing, reason } = before
    expect(await story.standing(then)).toMatchObject({ changeId, standing, reason })
  })

  test('pass on the run of the duplicate; what is asked of a time before is answered as it was known', async () => {
    const story = await begin()
    await story.runs(0.1)
    const observed = (await story.runs(0.2)) ?? ''
    const [then, before] = [new Date().toISOString(), await story.standing()]
    expect(before).toMatchObject({ changeId: observed })
    await story.runs(0.1)
    // Planned anew, when it had run already.
    const planned = await story.plans(0.2)
    expect((await merge(story, observed, planned)).status).toBe(200)
    expect(await story.life(planned)).toMatchObject({ running: 'rolled_back' })
    expect(await story.standing(then)).toEqual({ ...before, lastSeenAt: expect.anything() })
    expect((await story.history()).map(({ changeId }) => changeId)).toContain(observed)
    await story.confirms(planned)
    const recordId = await story.decides(planned)
    await story.runs(0.2)
    expect(await story.standing()).toMatchObject({ recordId, standing: 'authorised' })
    expect(await story.gate(0.2)).toMatchObject({ open: true, recordId })
  })

  test('share their evidence: a duplicate’s assessment is in the decision on the one that stays', async () => {
    const assessed = await assessedChange(server, author, `evidence-${(stories += 1)}`)
    const story = { ...(await begin()), system: assessed.system }
    const [told, staying] = [await describes(story), await describes(story, { title: 'In other words' })]
    const evaluations = { baselineEvaluationId: assessed.baselineId, candidateEvaluationId: assessed.candidateId }
    const { body } = await story.post<{ id: string }>(`/v1/changes/${told}/assessments`, evaluations)
    await merge(story, told, staying)
    const get = (path: string) => server.expectOk<{ items: object[] }>({ path, token: author.token })
    for (const id of [told, staying]) {
      const { items } = await get(`/v1/changes/${id}/assessments`)
      expect(items).toMatchObject([{ id: body.id, changeId: told }])
    }
    await story.confirms(staying)
    const decision = await story.proposes(staying)
    const { items } = await get(`/v1/changes/${staying}/decisions`)
    expect(items).toMatchObject([{ id: decision.id, evidenceDigest: decision.evidenceDigest }])
    const { evidence } = await sealedOf((await approve(server, approver, decision.id)).recordId)
    expect(evidence).toMatchObject({ change: { duplicates: [told] }, assessments: [{ id: body.id, cited: false }] })
  })

  test('are counted as one when either is told again, through however many merges', async () => {
    const story = await begin()
    await story.runs(0.1)
    const [a, b, c] = [
      await describes(story, { title: 'a' }),
      await describes(story, { title: 'b' }),
      await describes(story, { title: 'c' }),
    ]
    await merge(story, a, b)
    await merge(story, b, c)
    expect(await describes(story, { title: 'a' })).toBe(c)
    expect(await describes(story, { title: 'b' })).toBe(c)
    expect((await story.change(c)).observations).toBe(5)
  })
})

describe('changes are kept apart', () => {
  test('that were settled or decided, are of two places, run each by themselves, or end in two configurations', async () => {
    const story = await begin()
    await story.runs(0.1)
    const [one, two] = [await story.plans(0.2), await story.plans(0.3)]
    const refused = async (id: string, into: string, why: string): Promise<void> => {
      const before = [await story.change(id), await story.change(into)]
      expect(await merge(story, id, into)).toMatchObject({
        status: 409,
        body: { code: 'invalid_transition', detail: expect.stringContaining(why) },
      })
      expect([await story.change(id), await story.change(into)]).toEqual(before)
    }
    await refused(one, two, 'two configurations')
    const told = await describes(story)
    await refused(one, told, 'merge that one into this')
    await refused(await describes(story, { environment: 'staging' }), one, 'two systems or environments')
    await story.confirms(one)
    await refused(one, two, 'it is confirmed')
    await story.decides(one)
    await refused(one, two, 'it is confirmed')
    await refused(told, one, 'decided already')
    await merge(story, told, two)
    await refused(told, two, 'it is dismissed')
    await refused(await describes(story, { title: 'more' }), told, `merge into that one`)
    const elsewhere = await begin()
    await refused(two, await elsewhere.plans(0.3), 'two systems or environments')
    const first = await story.runs(0.5)
    await story.runs(0.6)
    await refused(first ?? '', (await story.runs(0.5)) ?? '', 'by itself')
    expect((await merge(story, two, two)).status).toBe(400)
  })

  test('of two that are merged into each other at once, one stays', async () => {
    const story = await begin()
    const after = configurationAt(0.7)
    const [a, b] = [await describes(story, { after }), await describes(story)]
    const [there, back] = await Promise.all([merge(story, b, a), merge(story, b, a)])
    expect(new Set([there.status, back.status])).toEqual(new Set([200, 409]))
    expect((await story.change(a)).duplicates).toEqual([b])
  })
})
