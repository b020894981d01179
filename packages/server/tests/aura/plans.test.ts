import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  beginPlannedStory,
  planOf,
  type PlannedEvaluation,
  type PlannedStory,
  resultsPath,
} from '../../testing/planned-evaluations.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let approver: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

function begin(): Promise<PlannedStory> {
  stories += 1
  return beginPlannedStory(server, member, `planned-${stories}`)
}

/** A run that no other is: nobody's file has its mark. */
const run = (passes: number, more = {}) => ({ passes, mark: `run ${(stories += 1)}`, ...more })

const codes = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
  findings.map(({ code }) => code)

describe('an assessment', () => {
  test('P6.4: by a plan that was sealed before its results says so, and takes the plan’s margins without being told', async () => {
    const story = await begin()
    const plan = await story.seals()
    const candidate = await story.imports(run(188))
    const { plan: used, underPlan } = await story.assesses(candidate)
    expect(used).toMatchObject(planOf(0.05))
    expect(underPlan).toMatchObject({
      basis: 'sealed_before_results',
      follows: true,
      planId: plan.id,
      planDigest: plan.digest,
      sealedAt: plan.sealedAt,
      differences: [],
      findings: [],
      attempts: {
        count: 1,
        notAssessed: 0,
        items: [{ evaluationId: candidate.id, role: 'candidate', planId: plan.id }],
      },
    })
  })

  test('P6.4: without a plan says that its margins came with the results', async () => {
    const story = await begin()
    const { underPlan } = await story.assesses(await story.imports(run(188)), { plan: planOf(0.05) })
    expect(underPlan).toMatchObject({ basis: 'given_with_results', follows: false, planId: null })
  })

  test('P6.4: whose plan was sealed after its results says so', async () => {
    const story = await begin()
    const candidate = await story.imports(run(188))
    await story.seals()
    expect((await story.assesses(candidate)).underPlan).toMatchObject({ basis: 'sealed_after_results', follows: false })
  })

  test('P6.4: with other margins than its plan names each that differs', async () => {
    const story = await begin()
    await story.seals()
    const candidate = await story.imports(run(150))
    const lenient = { metrics: [{ name: 'pass', margin: 0.5, primary: true }], criticalSlices: ['refunds'] }
    const { underPlan } = await story.assesses(candidate, { plan: lenient })
    expect(underPlan).toMatchObject({
      basis: 'sealed_before_results',
      follows: false,
      differences: [
        { path: '/metrics/pass/margin', planned: '0.05', used: '0.5' },
        { path: '/criticalSlices', planned: '[]', used: '["refunds"]' },
      ],
    })
  })

  test('P6.4: of fewer cases than were planned, or of others, doesn’t follow its plan', async () => {
    const story = await begin()
    await story.seals()
    const half = await story.assesses(await story.imports(run(95, { cases: 100 })))
    expect(half.underPlan.follows).toBe(false)
    expect(codes(half.underPlan)).toEqual(['other_cases', 'too_few_cases'])
    expect(half.underPlan.attempts.items).toMatchObject([{ cases: 'some' }])
  })

  test('P6.4: of a candidate that came for another system, or for none, doesn’t follow its plan', async () => {
    const [story, other] = [await begin(), await begin()]
    await story.seals({ attempts: 2 })
    for (const system of [other.system, null]) {
      const { underPlan } = await story.assesses(await story.imports(run(188, { system })))
      expect([underPlan.follows, codes(underPlan)[0]]).toEqual([false, 'other_system'])
    }
  })

  test('P6.4: of a run that its file dates before the plan doesn’t follow it', async () => {
    const story = await begin()
    const { sealedAt } = await story.seals({ attempts: 2 })
    for (const [ms, codesThen] of [
      [-1, ['run_before_plan']],
      [0, []],
    ] as const) {
      const candidate = await story.imports(run(188 + ms))
      const ranAt = new Date(Date.parse(sealedAt) + ms)
      await server.owner.query('update evaluation set ran_at = $2 where id = $1', [candidate.id, ranAt])
      const { underPlan } = await story.assesses(candidate)
      expect(codes(underPlan).filter((code) => code !== 'other_attempts')).toEqual(codesThen)
      expect(underPlan.follows).toBe(codesThen.length === 0)
    }
  })

  test('P6.4: is bound to its plan by its digest', async () => {
    const [story, other] = [await begin(), await begin()]
    const digests = []
    for (const it of [story, other]) {
      const candidate = await it.imports(run(188))
      if (it === other) await it.seals()
      digests.push((await it.assesses(candidate, { plan: planOf(0.05) })).digest)
    }
    expect(digests[0]).not.toBe(digests[1])
  })
})

describe('attempts', () => {
  test('P6.4: rerun until one is green are each told with their verdict, there and in the record', async () => {
    const story = await begin()
    await story.seals()
    const red = [await story.imports(run(120)), await story.imports(run(130))]
    for (const it of red) expect((await story.assesses(it)).assessment.verdict).toBe('material_regression')
    const green = await story.assesses(await story.imports(run(191)))
    expect(green.assessment.verdict).toBe('non_inferior')
    expect(green.underPlan).toMatchObject({ basis: 'sealed_before_results', follows: false, attempts: { count: 3 } })
    expect(codes(green.underPlan)).toEqual(['too_many_attempts', 'other_attempts'])
    expect(green.underPlan.attempts.items.slice(0, 2)).toMatchObject(
      red.map(({ id }) => ({ evaluationId: id, verdicts: [{ verdict: 'material_regression' }] })),
    )
    const evidence = await story.records(green, approver)
    expect(evidence.plans).toMatchObject([{ version: 1, terms: { attempts: 1 } }])
    expect(evidence.attempts).toMatchObject({ count: 3, items: [{}, {}, { verdicts: [{ verdict: 'non_inferior' }] }] })
    expect(evidence.assessments.find(({ id }) => id === green.id)?.underPlan).toEqual(green.underPlan)
  })

  test('P6.4: that were imported and dropped are counted, also in a record that is sealed later', async () => {
    const story = await begin()
    await story.seals({ attempts: 5 })
    const dropped = await story.imports(run(120, { label: 'never mind' }))
    const green = await story.assesses(await story.imports(run(191)))
    expect(green.underPlan).toMatchObject({ follows: true, attempts: { count: 2, notAssessed: 1 } })
    expect(codes(green.underPlan)).toEqual(['not_assessed'])
    expect(green.underPlan.attempts.items[0]).toMatchObject({ evaluationId: dropped.id, verdicts: [], role: 'other' })
    const later = await story.imports(run(110))
    const { attempts } = await story.records(green, approver)
    expect(attempts).toMatchObject({ count: 3, notAssessed: 2 })
    expect(attempts?.items.at(-1)).toMatchObject({ evaluationId: later.id, verdicts: [] })
  })

  test('P6.4: that were parked as a baseline, for no system, or for another change, are told all the same', async () => {
    const [story, other] = [await begin(), await begin()]
    await story.seals({ attempts: 9 })
    const parked = await story.imports(run(120))
    await story.assesses(await story.imports(run(189)), { baselineEvaluationId: parked.id })
    const homeless = await story.imports(run(121, { system: null }))
    const elsewhere = await story.imports(run(122))
    await other.assesses(elsewhere)
    await story.imports(run(100, { system: other.system }))
    const { underPlan } = await story.assesses(await story.imports(run(191)))
    expect(underPlan.attempts).toMatchObject({ count: 5, notAssessed: 2, otherSystems: 1 })
    expect(underPlan.attempts.items.map(({ evaluationId }) => evaluationId)).toEqual(
      expect.arrayContaining([parked.id, homeless.id, elsewhere.id]),
    )
  })

  test('P6.4: of results that were there before the plan, under another name, are no results of it', async () => {
    const story = await begin()
    const results = run(190)
    const early = await story.imports({ ...results, label: 'first try' })
    await story.seals()
    const { underPlan } = await story.assesses(await story.imports({ ...results, label: 'candidate' }))
    expect(underPlan).toMatchObject({ basis: 'sealed_after_results', follows: false })
    expect(underPlan.findings[0]).toMatchObject({ code: 'imported_before', text: expect.stringContaining(early.id) })
  })

  test('P6.4: with the same numbers in another file are told apart from new ones', async () => {
    const story = await begin()
    const early = await story.imports(run(150))
    await story.seals()
    const { underPlan } = await story.assesses(await story.imports(run(150)))
    expect(underPlan.findings[0]).toMatchObject({ code: 'same_results', text: expect.stringContaining(early.id) })
    expect(underPlan.attempts.items[0]).toMatchObject({ repeats: early.id })
  })

  test('P6.4: with the same latencies, in whatever order and under whatever names, are the same run', async () => {
    const story = await begin()
    const file = (order: 'asc' | 'desc', name: string, mark: string) => {
      const rows = Array.from({ length: 200 }, (_, at) => `case-${at},${Number(at < 190)},${at * 1.37 + 200},${mark}`)
      return `case_id,${name},latency_ms,note\n${(order === 'asc' ? rows : rows.toReversed()).join('\n')}\n`
    }
    const upload = (body: string, name: string) => {
      const metrics = [
        { name, column: name, kind: 'binary' },
        { name: 'latency_ms', column: 'latency_ms', kind: 'latency' },
      ]
      const mapping = JSON.stringify({ caseId: 'case_id', metrics: name === 'pass' ? metrics : metrics.toReversed() })
      const query = new URLSearchParams({ format: 'csv', system: story.system, mapping }).toString()
      return server.expectOk<PlannedEvaluation>({
        method: 'POST',
        path: `/v1/evaluations?${query}`,
        token: member.token,
        body,
        headers: { 'content-type': 'text/csv' },
      })
    }
    await upload(file('asc', 'correct', 'a'), 'correct')
    await story.seals()
    const again = await upload(file('desc', 'pass', 'b'), 'pass')
    expect((await story.assesses(again)).underPlan).toMatchObject({
      basis: 'sealed_after_results',
      findings: [{ code: 'same_results' }],
    })
  })

  test('P6.4: are one where the same file is imported twice', async () => {
    const story = await begin()
    await story.seals()
    const results = run(191)
    await story.imports({ ...results, label: 'typo' })
    const { underPlan } = await story.assesses(await story.imports({ ...results, label: 'candidate' }))
    expect(underPlan).toMatchObject({ basis: 'sealed_before_results', follows: true, attempts: { count: 1 } })
    expect(codes(underPlan)).toEqual(['imported_before'])
  })

  test('P6.4: of other cases are counted beside', async () => {
    const story = await begin()
    await story.seals()
    await server.expectOk({
      method: 'POST',
      path: resultsPath({ system: story.system }),
      token: member.token,
      body: 'case_id,pass,note\nother-1,1,x\nother-2,0,x\n',
      headers: { 'content-type': 'text/csv' },
    })
    const { underPlan } = await story.assesses(await story.imports(run(191)))
    expect(underPlan).toMatchObject({ follows: true, attempts: { count: 1, otherCases: 1 } })
  })
})
