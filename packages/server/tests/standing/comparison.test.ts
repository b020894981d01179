import type { Approvers, Comparison } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configurationAt, beginStory, inDays, type Story } from '../../testing/standing-story.ts'
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
  return beginStory(server, { author, approver }, `compared-${stories}`)
}

type Refused = { readonly code: string; readonly detail: string; readonly errors: { pointer: string }[] }

function compare({ system }: Story, before: object, after: object = {}) {
  const path = `/v1/systems/${system}/comparison`
  return server.send<Comparison & Refused>({ method: 'POST', path, token: author.token, body: { before, after } })
}

const now = (): string => new Date().toISOString()

describe('a comparison', () => {
  test('of two instants tells what differs, and by which changes and records each came to run', async () => {
    const story = await begin()
    await story.runs(0.1)
    const then = now()
    const changeId = (await story.runs(0.4)) ?? ''
    await story.confirms(changeId)
    const recordId = await story.decides(changeId)
    const { body } = await compare(story, { at: then })
    expect(body).toMatchObject({
      same: false,
      changeTypes: ['inference'],
      before: { by: 'at', runs: [{ changeId: null, recordId: null }] },
      after: { runs: [{ changeId, recordId, decision: 'act' }] },
    })
    expect(body.delta).toEqual((await story.change(changeId)).delta)
    const back = await compare(story, {}, { at: then })
    expect(back.body.delta).toEqual(body.delta.map((it) => ({ ...it, before: it.after, after: it.before })))
    expect((await compare(story, {})).body).toMatchObject({ same: true, delta: [] })
  })

  test('of two fingerprints, or with a configuration that never ran, tells each time that one ran there', async () => {
    const story = await begin()
    const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
    for (const [nth, it] of [0.1, 0.2, 0.1, 0.2].entries())
      await story.runs(it, { observedAt: minutesAgo(40 - 10 * nth) })
    const [last, previous] = await story.history()
    const sides = [{ fingerprint: previous?.fingerprint }, { fingerprint: last?.fingerprint }] as const
    const { body } = await compare(story, ...sides)
    expect(body.before.runs).toHaveLength(2)
    expect(body.after.runs.map(({ changeId }) => changeId)).toEqual(
      (await story.history())
        .filter(({ fingerprint }) => fingerprint === last?.fingerprint)
        .map(({ changeId }) => changeId),
    )
    const told = await compare(story, sides[1], { configuration: configurationAt(0.9) })
    expect(told.body).toMatchObject({
      after: { by: 'configuration', runs: [], moreRuns: false },
      delta: [{ path: '/inference/temperature', before: 0.2, after: 0.9 }],
    })
    const elsewhere = await compare(story, { ...sides[0], environment: 'staging' }, sides[1])
    expect(elsewhere.body.before).toMatchObject({ environment: 'staging', runs: [] })
  })

  test('takes an instant as it was known then, and names what it does not know', async () => {
    const story = await begin()
    const path = `/v1/systems/${story.system}/comparison`
    expect(await compare(story, {})).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('it was not seen to run by then') },
    })
    const before = now()
    await story.runs(0.1, { observedAt: new Date(Date.now() - 3_600_000).toISOString() })
    expect(await compare(story, { at: before })).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('what ran was told later') },
    })
    const unknown = `sha256:${'e'.repeat(64)}`
    expect(await compare(story, { fingerprint: unknown })).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining(unknown) },
    })
    expect(await compare(story, { at: inDays(1) })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/before/at' }] },
    })
    expect((await compare(story, { at: before, fingerprint: unknown })).status).toBe(400)
    const body = { environment: 'nowhere' }
    expect(await server.send({ method: 'POST', path, token: author.token, body })).toMatchObject({ status: 404 })
  })
})

function approvers({ system }: Story, query = '') {
  return server.send<Approvers & Refused>({ path: `/v1/systems/${system}/approvers${query}`, token: author.token })
}

describe('who could approve at an instant', () => {
  test('is told by the members, roles and policies of then, whatever was given and taken since', async () => {
    const story = await begin()
    const { token } = server.admin
    const bo = await server.addPerson(server.admin.tenant, 'approver')
    const cy = await server.addPerson(server.admin.tenant, 'member')
    const member = (it: Person): string => `/v1/members/${it.accountId}`
    const policy = (rules: object[]) =>
      server.expectOk({
        method: 'POST',
        path: '/v1/policies',
        token,
        body: { system: story.system, rules, reason: 'x' },
      })
    const named = { decision: 'before', approvals: { people: [bo.accountId], roles: ['approver'] } }
    const deeds: (() => Promise<unknown>)[] = [
      () => policy([{ severities: ['critical'], ...named }, { decision: 'after' }]),
      () => server.expectOk({ method: 'PUT', path: member(cy), token, body: { role: 'approver' } }),
      () => server.expectOk({ method: 'POST', path: `${member(bo)}/disable`, token }),
      () => policy([{ decision: 'before', approvals: { roles: ['approver'] } }]),
      () => server.expectOk({ method: 'POST', path: `${member(bo)}/enable`, token }),
      () => server.expectOk({ method: 'PUT', path: member(cy), token, body: { role: 'viewer' } }),
      () => server.expectOk({ method: 'DELETE', path: member(bo), token }),
    ]
    const seen: { at: string; people: unknown; version: number }[] = []
    const look = async (): Promise<void> => {
      const { body } = await approvers(story)
      const { items } = await server.expectOk<{
        items: { accountId: string; kind: string; role: string; disabledAt: string | null }[]
      }>({ path: '/v1/members?limit=200', token })
      const roles = body.policy.rules.flatMap((it) => it.approvals.roles as readonly string[])
      const may = items.filter((it) => it.kind === 'person' && it.disabledAt === null && roles.includes(it.role))
      expect(body.people.map(({ accountId }) => accountId)).toEqual(may.map(({ accountId }) => accountId).toSorted())
      const at = now()
      seen.push({
        at,
        people: body.people.map(({ accountId, role, rules }) => ({ accountId, role, rules })),
        version: body.policy.version,
      })
      // The next deed is another millisecond's.
      while (now() === at) await new Promise((resolve) => setImmediate(resolve))
    }
    await look()
    for (const deed of deeds) {
      await deed()
      await look()
    }
    for (const { at, people, version } of seen) {
      const { body } = await approvers(story, `?at=${at}`)
      expect(body.people.map(({ accountId, role, rules }) => ({ accountId, role, rules }))).toEqual(people)
      expect(body.policy.version).toBe(version)
    }
    expect(seen.map(({ version }) => version)).toEqual([0, 1, 1, 1, 2, 2, 2, 2])
    const then = (await approvers(story, `?at=${seen[1]?.at}`)).body.people.find((it) => it.accountId === bo.accountId)
    expect(then).toMatchObject({
      name: 'The approver',
      rules: [
        { rule: 1, function: 'named_approver' },
        { rule: 2, function: 'approver' },
      ],
    })
  })

  test('is refused for when the system was not known, and for the future', async () => {
    const story = await begin()
    expect(await approvers(story, '?at=2001-01-01T00:00:00Z')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('was not known then') },
    })
    expect(await approvers(story, `?at=${inDays(1)}`)).toMatchObject({ status: 400 })
  })
})
