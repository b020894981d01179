import type { Change, ChangeGate, Dossier, Gate, Inbox } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readScores, scoresImport, scoresPlan } from '../../testing/lifecycle.ts'
import { beginStory, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let viewer: Person
let stories = 0
beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
  viewer = await server.addPerson(server.admin.tenant, 'viewer')
})
afterAll(() => server.stop())

/** A system that runs with a temperature of 0.1, in which nothing may run that isn't decided. */
async function begin(rule: object = { decision: 'before' }): Promise<Story> {
  stories += 1
  const story = await beginStory(server, { author, approver }, `gated-${stories}`)
  const body = { system: story.system, rules: [rule], reason: 'Nothing runs undecided.' }
  await server.expectOk({ method: 'POST', path: '/v1/policies', token: server.admin.token, body })
  await story.runs(0.1)
  return story
}

async function gateIn(changeId: string): Promise<ChangeGate | null> {
  return (await server.expectOk<Dossier>({ path: `/v1/changes/${changeId}/dossier`, token: author.token })).gate
}

/** The part of the gate's answer that a dossier tells. */
function told(gate: Gate): ChangeGate {
  const { open, answer, cause, reason, since, needs, changeId, changeTitle, recordId, ...rest } = gate
  const { decidedAt, decidedBy, validUntil } = rest
  return {
    open,
    answer,
    cause,
    reason,
    since,
    needs,
    changeId,
    changeTitle,
    recordId,
    decidedAt,
    decidedBy,
    validUntil,
  }
}

/** A plan to a temperature of 0.4 that was decided to go ahead. */
async function decided(story: Story, options: Parameters<Story['decides']>[1] = {}) {
  const changeId = await story.plans(0.4)
  await story.confirms(changeId)
  return { changeId, recordId: await story.decides(changeId, options) }
}

const past = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)

const stands: Readonly<Record<string, (story: Story) => Promise<string>>> = {
  undecided: (story) => story.plans(0.4),
  recorded: async (story) => (await decided(story)).changeId,
  refused: async (story) => (await decided(story, { decision: 'not_act' })).changeId,
  condition_broken: async (story) => {
    const { changeId, recordId } = await decided(story, { conditions: ['Watch refunds'] })
    const body = { condition: 'Watch refunds', outcome: 'broken', note: 'Refunds fail.' }
    await story.post(`/v1/records/${recordId}/findings`, body)
    return changeId
  },
  review_passed: async (story) => {
    const { changeId, recordId } = await decided(story)
    await server.owner.query('alter table record disable trigger user')
    await server.owner.query('update record set review_by = $1 where id = $2', [past(1), recordId])
    await server.owner.query('alter table record enable trigger user')
    return changeId
  },
  approval_ended: async (story) => {
    const { changeId } = await decided(story)
    await server.owner.query(`update decision set settled_at = settled_at - interval '31 days' where change_id = $1`, [
      changeId,
    ])
    return changeId
  },
  assessed_again: async (story) => {
    const { changeId } = await decided(story)
    const [baselineEvaluationId, candidateEvaluationId] = [
      await bring(story, 'baseline.csv'),
      await bring(story, 'candidate.csv'),
    ]
    await story.post(`/v1/changes/${changeId}/assessments`, {
      baselineEvaluationId,
      candidateEvaluationId,
      plan: scoresPlan,
    })
    return changeId
  },
  starts_elsewhere: async (story) => {
    const { changeId } = await decided(story)
    await story.runs(0.9)
    return changeId
  },
  emergency: async (story) => {
    const changeId = await story.plans(0.4)
    await story.post(`/v1/changes/${changeId}/emergency`, { reason: 'The provider is down.' }, approver)
    return changeId
  },
}

async function bring({ system }: Story, file: 'baseline.csv' | 'candidate.csv'): Promise<string> {
  const { id } = await server.expectOk<{ id: string }>({
    method: 'POST',
    path: `${scoresImport}&system=${system}`,
    token: author.token,
    body: await readScores(file),
    headers: { 'content-type': 'text/csv' },
  })
  return id
}

describe('what the page of a change reads of the gate', () => {
  test.each(Object.keys(stands))('is what the gate answers: %s', async (cause) => {
    const story = await begin({ decision: 'before', validDays: 30 })
    const changeId = await stands[cause]?.(story)
    const asked = await story.gate(0.4)
    expect(asked.cause).toBe(cause)
    expect(await gateIn(changeId ?? '')).toEqual(told(asked))
  })

  test('is told where the policy asks for no decision, and where another change is the one that was decided', async () => {
    const free = await begin({ decision: 'never' })
    expect(await gateIn(await free.plans(0.4))).toMatchObject({ open: true, cause: 'not_needed' })
    const story = await begin()
    const { changeId, recordId } = await decided(story)
    await story.runs(0.4)
    await story.runs(0.2)
    const again = await story.plans(0.4)
    expect(await gateIn(again)).toMatchObject({ changeId, recordId, decidedBy: [expect.any(String)] })
  })

  test('of a change without a configuration follows its own record by the same rules', async () => {
    const story = await begin()
    const { body } = await story.post<Change>('/v1/changes', {
      system: story.system,
      title: 'Refill the index',
      changeTypes: ['retrieval'],
    })
    const cause = async () => (await gateIn(body.id))?.cause
    expect(await cause()).toBe('undecided')
    await story.confirms(body.id)
    const recordId = await story.decides(body.id, { conditions: ['Watch refunds'] })
    expect(await gateIn(body.id)).toMatchObject({ open: true, cause: 'recorded', recordId, changeId: body.id })
    const found = { condition: 'Watch refunds', outcome: 'broken', note: 'Refunds fail.' }
    await story.post(`/v1/records/${recordId}/findings`, found)
    const broken = await gateIn(body.id)
    expect(broken).toMatchObject({ open: false, cause: 'condition_broken', since: expect.any(String) })
    expect(broken?.reason).toContain('Refunds fail.')
    await story.decides(body.id, { decision: 'not_act' })
    expect(await gateIn(body.id)).toMatchObject({ open: false, cause: 'refused' })
  })

  test('is nothing where nothing is left to run: dismissed, rolled back or closed', async () => {
    const story = await begin()
    const dismissed = await story.plans(0.3)
    await story.post(`/v1/changes/${dismissed}/dismiss`, { reason: 'A mistake.' })
    expect(await gateIn(dismissed)).toBeNull()
    const { changeId } = await decided(story)
    await story.runs(0.4)
    expect(await gateIn(changeId)).toMatchObject({ open: true })
    await story.runs(0.1)
    expect(await gateIn(changeId)).toBeNull()
    await story.post(`/v1/changes/${changeId}/closure`, { code: 'unsuccessful' })
    expect(await gateIn(changeId)).toBeNull()
  })
})

test('what waits for a review or runs as it must not says why, as the gate does', async () => {
  const story = await begin()
  const changeId = await stands['condition_broken']?.(story)
  await story.runs(0.4)
  const { items } = await server.expectOk<Inbox>({ path: '/v1/inbox', token: author.token })
  const own = items.filter((it) => it.system === story.system && it.kind === 'standing')
  const gate = await story.gate(0.4)
  expect(own).toMatchObject([{ changeId, cause: 'condition_broken', note: gate.reason }])
})

test.each(['condition_broken', 'review_passed', 'approval_ended', 'assessed_again'])(
  'a plan that its record lets run no more (%s) waits for another decision, and for whoever may propose one',
  async (cause) => {
    const story = await begin({ decision: 'before', validDays: 30 })
    const changeId = (await stands[cause]?.(story)) ?? ''
    const gate = await story.gate(0.4)
    expect(await story.life(changeId)).toMatchObject({
      waitsFor: `another decision: ${gate.reason}`,
      next: `afterai decide ${changeId}`,
    })
    const read = (by: Person) => server.expectOk<Inbox>({ path: '/v1/inbox', token: by.token })
    const kindsOf = ({ items }: Inbox) => items.filter((it) => it.changeId === changeId).map(({ kind }) => kind)
    expect(kindsOf(await read(author))).toEqual(['propose'])
    expect(kindsOf(await read(viewer))).toEqual([])
    await story.decides(changeId, { conditions: [] })
    expect(await story.life(changeId)).toMatchObject({ waitsFor: 'its deployment' })
    expect(kindsOf(await read(author))).toEqual([])
  },
)
