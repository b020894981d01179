import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  beginPlannedStory,
  planOf,
  type PlannedEvaluation,
  type PlannedStory,
  resultsFile,
  resultsPath,
  termsOf,
} from '../../testing/planned-evaluations.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

function begin(): Promise<PlannedStory> {
  stories += 1
  return beginPlannedStory(server, member, `ordered-${stories}`)
}

/** A run that no other is: nobody's file has its mark. */
const run = (passes: number, more = {}) => ({ passes, mark: `run ${(stories += 1)}`, ...more })

function demand(system: string): Promise<unknown> {
  const body = { system, rules: [{ decision: 'before', assessment: 'planned' }], reason: 'So the board wants it.' }
  return server.expectOk({ method: 'POST', path: '/v1/policies', token: server.admin.token, body })
}

const codes = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
  findings.map(({ code }) => code)

describe('plans', () => {
  test('P6.4: that supersede another after a look at results leave those under the plan that they had', async () => {
    const story = await begin()
    const first = await story.seals()
    const seen = await story.imports(run(150))
    const second = await story.seals({ plan: planOf(0.4) })
    expect(second).toMatchObject({ version: 2, supersedes: first.id })
    const judged = await story.assesses(seen)
    expect([judged.assessment.verdict, judged.underPlan.planId]).toEqual(['material_regression', first.id])
    expect(judged.underPlan.supersededBy).toBe(second.id)
    expect(codes(judged.underPlan)).toEqual(['superseded_after_results'])
    const wished = await story.assesses(seen, { plan: planOf(0.4) })
    expect(wished.underPlan).toMatchObject({ follows: false, differences: [{ path: '/metrics/pass/margin' }] })
    const anew = await story.assesses(await story.imports(run(151)))
    expect(anew.underPlan).toMatchObject({ planId: second.id, basis: 'sealed_before_results', attempts: { count: 2 } })
    expect(codes(anew.underPlan)).toContain('superseded_after_results')
    const { items } = await story.plans()
    expect(items.map(({ version }) => version)).toEqual([2, 1])
  })

  test('P6.4: that two processes seal at once are both kept, one after the other', async () => {
    const story = await begin()
    const second = await composeBeside(server)
    onTestFinished(() => second.close())
    await Promise.all(
      [0.1, 0.2, 0.3, 0.4].map((margin, at) => story.seals({ plan: planOf(margin) }, at % 2 === 0 ? server : second)),
    )
    const items = (await story.plans()).items.toReversed()
    expect(items.map(({ version }) => version)).toEqual([1, 2, 3, 4])
    expect(items.map(({ supersedes }) => supersedes)).toEqual([null, ...items.slice(0, 3).map(({ id }) => id)])
    const instants = items.map(({ sealedAt }) => sealedAt)
    expect(instants).toEqual(instants.toSorted())
  })

  test('P6.4: that are sealed while an import is on its way came after its results', async () => {
    const story = await begin()
    const arrived = Promise.withResolvers<void>()
    const sealed = Promise.withResolvers<void>()
    const [head = '', ...rest] = resultsFile(run(190)).split(/(?<=\n)/)
    const body = async function* () {
      yield head
      arrived.resolve()
      await sealed.promise
      yield rest.join('')
    }
    const answer = server.http.inject({
      method: 'POST',
      url: resultsPath({ system: story.system }),
      headers: { authorization: `Bearer ${member.token}`, 'content-type': 'text/csv' },
      payload: Readable.from(body(), { objectMode: false }),
    })
    await arrived.promise
    await story.seals()
    sealed.resolve()
    const candidate = (await answer).json<PlannedEvaluation>()
    expect((await story.assesses(candidate)).underPlan.basis).toBe('sealed_after_results')
  })

  test('P6.4: are events of the log, by their digests, and can’t be altered', async () => {
    const story = await begin()
    const { id, digest } = await story.seals()
    const path = `/v1/audit-events?resource=${encodeURIComponent(`plan/${id}`)}`
    const { items } = await server.expectOk<{ items: object[] }>({ path, token: server.admin.token })
    expect(items).toMatchObject([{ action: 'plan.seal', details: { digest, version: 1 } }])
    const { rows } = await server.owner.query(
      `select privilege_type from information_schema.role_table_grants
       where table_name = 'evaluation_plan' and grantee = 'afterai_app' order by 1`,
    )
    expect(rows.map((row: { privilege_type: string }) => row.privilege_type)).toEqual(['INSERT', 'SELECT'])
  })

  test('are refused where a metric that may decide has no margin, none may decide, or the change is dismissed', async () => {
    const story = await begin()
    const path = `/v1/changes/${story.changeId}/plans`
    const send = (plan: object) =>
      server.send<{ errors: { pointer: string }[] }>({
        method: 'POST',
        path,
        token: member.token,
        body: { ...termsOf(story.baseline), plan },
      })
    for (const metrics of [[], [{ name: 'pass' }], [{ name: 'pass', margin: 0.1, primary: false }]])
      expect((await send({ metrics })).status).toBe(400)
    expect((await send({ metrics: [{ name: 'pass' }] })).body.errors[0]?.pointer).toBe('/plan/metrics/0/margin')
    const observe = {
      observations: [{ system: story.system, configuration: { model: { provider: 'acme', name: 'x' } } }],
    }
    const { results } = await server.expectOk<{ results: { changeId: string }[] }>({
      method: 'POST',
      path: '/v1/observations',
      token: member.token,
      body: observe,
    })
    const dismissed = `/v1/changes/${results[0]?.changeId}`
    await server.expectOk({
      method: 'POST',
      path: `${dismissed}/dismiss`,
      token: member.token,
      body: { reason: 'No.' },
    })
    const body = termsOf(story.baseline)
    expect((await server.send({ method: 'POST', path: `${dismissed}/plans`, token: member.token, body })).status).toBe(
      409,
    )
  })

  test('are a tenant’s own', async () => {
    const story = await begin()
    const stranger = await server.addPerson(await server.addTenant(`stranger-${Date.now()}`), 'member')
    const path = `/v1/changes/${story.changeId}/plans`
    expect((await server.send({ path, token: stranger.token })).status).toBe(404)
    const sealing = { method: 'POST', path, token: stranger.token, body: termsOf(story.baseline) } as const
    expect((await server.send(sealing)).status).toBe(404)
  })
})

describe('a policy that asks for plans', () => {
  test('P6.4: refuses to act on what follows none, and says what to do', async () => {
    const story = await begin()
    await demand(story.system)
    const unplanned = await story.assesses(await story.imports(run(191)))
    await story.seals({ attempts: 2 })
    const candidate = await story.imports(run(189))
    const differing = await story.assesses(candidate, { plan: planOf(0.2) })
    const following = await story.assesses(candidate)
    for (const [assessments, words] of [
      [[], 'the policy wants an assessment here'],
      [[unplanned], 'rests on no plan, and the policy wants one that was sealed before the results; seal one'],
      [[differing], 'differs from its plan: /metrics/pass/margin; assess by the plan'],
      [[following, differing], 'differs from its plan'],
    ] as const) {
      const { status, body } = await story.proposes('act', assessments)
      expect([status, body.errors[0]?.detail]).toEqual([400, expect.stringContaining(words)])
    }
    expect((await story.proposes('act', [following])).status).toBe(201)
  })

  test('P6.4: has the life of a change and the standing name what is next: the plan, its assessment, the decision', async () => {
    const story = await begin()
    await demand(story.system)
    const next = async () => {
      const path = `/v1/changes/${story.changeId}/life`
      const life = await server.expectOk<{ waitsFor: string; next: string }>({ path, token: member.token })
      const standings = await server.expectOk<{ items: { needs: string }[] }>({
        path: `/v1/standings?system=${story.system}`,
        token: member.token,
      })
      expect(standings.items[0]?.needs).toBe(life.next)
      return life.waitsFor
    }
    expect(await next()).toBe('a plan, sealed before its results')
    await story.seals()
    expect(await next()).toBe('an assessment that follows its plan')
    await story.assesses(await story.imports(run(191)))
    expect(await next()).toBe('a decision')
  })

  test('P6.4: lets a change be refused without one', async () => {
    const story = await begin()
    await demand(story.system)
    const unplanned = await story.assesses(await story.imports(run(100)))
    expect((await story.proposes('not_act', [unplanned])).status).toBe(201)
  })
})

test('P6.4: in whatever order plans are sealed and results imported, it is “sealed before” exactly if a plan’s instant precedes the first import of the candidate', async () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('seal' as const), margin: fc.constantFrom(0.05, 0.1) }),
      fc.record({ do: fc.constant('import' as const), file: fc.nat({ max: 2 }) }),
    ),
    { minLength: 2, maxLength: 6 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (told) => {
      const story = await begin()
      const plans: { id: string; at: string }[] = []
      const imported: { id: string; file: number; at: string }[] = []
      for (const step of told) {
        if (step.do === 'seal') {
          const { id, sealedAt } = await story.seals({ plan: planOf(step.margin) })
          plans.push({ id, at: sealedAt })
          continue
        }
        const results = { passes: 180 + step.file, mark: `${story.system} ${step.file}` }
        const { id } = await story.imports(results)
        const path = `/v1/evaluations/${id}`
        const { receivedAt } = await server.expectOk<{ receivedAt: string }>({ path, token: member.token })
        imported.push({ id, file: step.file, at: receivedAt })
      }
      for (const { id, file } of imported) {
        const { underPlan } = await story.assesses({ id, caseDigest: '' })
        const first = imported.find((it) => it.file === file)?.at ?? ''
        const before = plans.findLast(({ at }) => at < first)
        expect(underPlan.basis === 'sealed_before_results').toBe(before !== undefined)
        expect(underPlan.planId).toBe((before ?? plans.at(-1))?.id ?? null)
      }
    }),
    { numRuns: 5 },
  )
})
