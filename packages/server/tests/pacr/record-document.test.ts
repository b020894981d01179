import type { Change, Decision, RecordDocument, RecordView } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approve, type Lifecycle, recordedChange } from '../../testing/lifecycle.ts'
import { beginStory } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let made: Lifecycle
beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  made = await recordedChange(server, { author, approver }, 'documented')
})
afterAll(() => server.stop())

const get = <T>(path: string, by: Person = author): Promise<T> => server.expectOk<T>({ path, token: by.token })
const read = (id: string, by: Person = author) => get<RecordDocument>(`/v1/records/${id}/document`, by)

describe('a record as a document', () => {
  test('says what was sealed: the decision, its change, its assessments and its people', async () => {
    const { recordId, changeId, assessmentId, decisionId } = made
    const change = await get<Change>(`/v1/changes/${changeId}`)
    const decision = await get<Decision>(`/v1/decisions/${decisionId}`)
    const record = await get<RecordView>(`/v1/records/${recordId}`)
    const document = await read(recordId)
    const { id, title, system, environment, changeTypes, delta } = change
    expect(document).toMatchObject({
      id: recordId,
      entryIndex: record.logIndex,
      sealedAt: record.sealedAt,
      state: 'integrated',
      supersededBy: null,
      decision: 'not_act',
      decisionDetail: 'reject',
      justification: decision.justification,
      evidence: 'assessed',
      change: { id, title, system, environment, changeTypes, delta },
      policyVersion: 0,
      closure: null,
      evidenceDigest: decision.evidenceDigest,
    })
    expect(document.assessments).toMatchObject([{ id: assessmentId, cited: true, verdict: record.verdict }])
    expect(document.assessments[0]?.metrics).toMatchObject([{ metric: 'score', pairs: expect.any(Number) }])
    expect(document.people).toMatchObject([
      { role: 'author', name: decision.authorName, verdict: null },
      { role: 'approver', name: decision.approvals[0]?.approverName, verdict: 'approve', onBehalfOf: null },
    ])
  })

  test('shows addresses to admins and auditors, and one’s own', async () => {
    const emails = async (by: Person) => (await read(made.recordId, by)).people.map(({ email }) => email)
    expect(await emails(server.admin)).toEqual([author.email, approver.email])
    expect(await emails(author)).toEqual([author.email, null])
  })

  test('says which record corrects it, and how the life of its change ended', async () => {
    const story = await beginStory(server, { author, approver }, 'corrected')
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    const first = await story.decides(changeId, { conditions: ['Watch it.'], reviewBy: '2099-01-31' })
    const { body } = await story.post<Decision>(`/v1/changes/${changeId}/decisions`, {
      decision: 'act',
      decisionDetail: 'accept_risk',
      justification: 'As it was meant.',
      implementationPlan: 'Ten percent first.',
      backoutPlan: 'The model before.',
      testPlan: 'The cases of refunds.',
      riskImpactAnalysis: 'Wrong answers reach customers.',
      supersedes: first,
    })
    const second = (await approve(server, approver, body.id)).recordId
    await story.post(`/v1/changes/${changeId}/closure`, { code: 'successful', notes: 'As planned.' })
    expect(await read(first)).toMatchObject({
      supersededBy: second,
      evidence: 'none',
      conditions: ['Watch it.'],
      reviewBy: '2099-01-31',
      closure: { code: 'successful', notes: 'As planned.' },
    })
    expect(await read(second)).toMatchObject({
      supersedes: first,
      supersededBy: null,
      implementationPlan: 'Ten percent first.',
      backoutPlan: 'The model before.',
      testPlan: 'The cases of refunds.',
      riskImpactAnalysis: 'Wrong answers reach customers.',
    })
  })

  test('is not found where there is none', async () => {
    const path = '/v1/records/019aa1c5-3d7a-7f96-a8c1-5e9b2d4f7a30/document'
    expect(await server.send({ path, token: author.token })).toMatchObject({ status: 404 })
  })
})

interface Ids {
  readonly items: readonly { readonly id: string }[]
}
const idsOf = async (path: string, by: Person = author) => (await get<Ids>(path, by)).items.map(({ id }) => id)

describe('filters of lists', () => {
  test('records are found by system, decision, verdict, time, words and the beginning of their id', async () => {
    const { recordId } = made
    const { verdict, sealedAt } = await get<RecordView>(`/v1/records/${recordId}`)
    const later = new Date(Date.parse(sealedAt) + 1).toISOString()
    const fits = [
      `decision=not_act`,
      `verdict=${verdict}`,
      `from=${sealedAt}&to=${later}`,
      'q=DOCUMENTED',
      `q=${recordId.slice(0, 24)}`,
    ]
    const others = ['decision=act', 'verdict=none', `from=${later}`, `to=${sealedAt}`, 'q=nothing+like+it']
    const path = '/v1/records?system=documented'
    for (const query of ['', ...fits]) expect([query, await idsOf(`${path}&${query}`)]).toEqual([query, [recordId]])
    for (const query of others) expect([query, await idsOf(`${path}&${query}`)]).toEqual([query, []])
    expect(await idsOf('/v1/records?system=nothing-of-this-name')).toEqual([])
  })

  test('decisions are found by status, system, review, and who may approve them', async () => {
    const story = await beginStory(server, { author, approver }, 'filtered')
    await story.runs(0.1)
    const changeId = (await story.runs(0.2)) ?? ''
    await story.confirms(changeId)
    const { id } = await story.proposes(changeId, { reviewBy: '2030-06-15' })
    const path = '/v1/decisions?system=filtered'
    for (const query of ['', 'status=proposed', 'reviewBefore=2030-06-16'])
      expect([query, await idsOf(`${path}&${query}`)]).toEqual([query, [id]])
    for (const query of ['status=approved', 'reviewBefore=2030-06-15'])
      expect([query, await idsOf(`${path}&${query}`)]).toEqual([query, []])
    expect(await idsOf('/v1/decisions?system=documented&status=approved')).toEqual([made.decisionId])
    expect(await idsOf('/v1/decisions?system=nothing-of-this-name')).toEqual([])
    expect(await idsOf('/v1/decisions?awaiting=me', approver)).toEqual([id])
    expect(await idsOf('/v1/decisions?awaiting=me', author)).toEqual([])
  })
})
