import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixturesDir } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mapping, type Upload, uploadAs } from '../../testing/evaluation-uploads.ts'
import { assessedChange, configurationOf } from '../../testing/lifecycle.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

const primes = join(fixturesDir() ?? '', 'evidence/llmdrift_prime.csv')
const hasPrimes = fixturesDir() !== undefined && existsSync(primes)

let server: TestServer
let member: Person
let upload: Upload
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
  upload = uploadAs(server, member)
})
afterAll(() => server.stop())

async function rowsIn(table: string): Promise<number> {
  return (await server.owner.query(`select from ${table}`)).rows.length
}

const post = <T>(path: string, body: unknown) => server.expectOk<T>({ method: 'POST', path, token: member.token, body })

describe('assessments', () => {
  test('bind to the change and to both runs: their digest moves with any of them', async () => {
    const made = await assessedChange(server, member, `bound-${(count += 1)}`)
    const assess = (body: object) =>
      server.expectOk<{ digest: string; changeDigest: string }>({
        method: 'POST',
        path: `/v1/changes/${made.changeId}/assessments`,
        token: member.token,
        body,
      })
    const runs = { baselineEvaluationId: made.baselineId, candidateEvaluationId: made.candidateId }
    const first = await assess(runs)
    expect((await assess(runs)).digest).toBe(first.digest)
    const swapped = await assess({ baselineEvaluationId: made.candidateId, candidateEvaluationId: made.baselineId })
    expect(swapped.digest).not.toBe(first.digest)
    const planned = await assess({ ...runs, plan: { metrics: [{ name: 'score', margin: 0.3 }] } })
    expect(planned.digest).not.toBe(first.digest)
    const path = `/v1/changes/${made.changeId}/risk`
    await server.expectOk({ method: 'PUT', path, token: member.token, body: { severity: 'low' } })
    const later = await assess(runs)
    expect([later.digest === first.digest, later.changeDigest === first.changeDigest]).toEqual([false, false])
  })

  test('of a change are listed whole, however many they are', async () => {
    const { changeId, assessmentId } = await assessedChange(server, member, `often-${(count += 1)}`)
    const columns = 'change_id, change_digest, baseline_id, candidate_id, plan, result, verdict, digest, author_id'
    await server.owner.query(
      `insert into assessment (tenant_id, id, ${columns})
       select tenant_id, gen_random_uuid(), ${columns} from assessment, generate_series(1, 250) where id = $1`,
      [assessmentId],
    )
    const path = `/v1/changes/${changeId}/assessments`
    expect((await server.expectOk<{ items: unknown[] }>({ path, token: member.token })).items).toHaveLength(251)
  })

  test('of large runs are made beside the requests, and say the same', async () => {
    const { changeId } = await assessedChange(server, member, `large-${(count += 1)}`)
    const csv = (passes: number) =>
      `id,correct\n${Array.from({ length: 12_000 }, (_, index) => `case-${index},${Number(index % 100 < passes)}`).join('\n')}\n`
    const baselineEvaluationId = (await upload('csv', csv(90))).body.id
    const candidateEvaluationId = (await upload('csv', csv(80))).body.id
    const body = { baselineEvaluationId, candidateEvaluationId }
    const { assessment } = await post<{ assessment: { verdict: string; metrics: Record<string, unknown>[] } }>(
      `/v1/changes/${changeId}/assessments`,
      body,
    )
    expect(assessment.verdict).toBe('material_regression')
    expect(assessment.metrics[0]).toMatchObject({ pairs: 12_000, lost: 1200, gained: 0 })
  })

  test('of evaluations that an earlier release kept as JSON say the same, but for directions that it guessed', async () => {
    const { changeId } = await assessedChange(server, member, `earlier-${(count += 1)}`)
    const csv = (passes: number) =>
      `id,correct,tone_score\n${Array.from({ length: 60 }, (_, index) => `case-${index},${Number(index % 60 < passes)},0.${index % 7}`).join('\n')}\n`
    const ids: string[] = []
    for (const passes of [55, 20]) {
      const { id } = (await upload('csv', csv(passes))).body
      const cases = Array.from({ length: 60 }, (_, index) => ({
        caseId: `case-${index}`,
        outcome: 'completed',
        values: [Number(index % 60 < passes), (index % 7) / 10],
      }))
      const metrics = [
        { name: 'correct', kind: 'binary', direction: 'up' },
        { name: 'tone_score', kind: 'continuous', direction: 'up' },
      ]
      const run = JSON.stringify({
        format: 'csv',
        sourceDigest: '0'.repeat(64),
        selection: null,
        metrics,
        cases,
        dropped: [],
        digestedIdentifiers: 0,
      })
      await server.owner.query('update evaluation set run = $2, metrics = $3, case_table = null where id = $1', [
        id,
        run,
        JSON.stringify(metrics),
      ])
      ids.push(id)
    }
    const { assessment } = await post<{ assessment: { verdict: string; metrics: Record<string, unknown>[] } }>(
      `/v1/changes/${changeId}/assessments`,
      { baselineEvaluationId: ids[0], candidateEvaluationId: ids[1] },
    )
    expect(assessment.verdict).toBe('material_regression')
    expect(assessment.metrics).toMatchObject([
      { metric: 'correct', lost: 35, band: 'material_regression' },
      { metric: 'tone_score', direction: null, band: 'withheld' },
    ])
  })

  test('of runs that share no case are refused, and leave nothing', async () => {
    const made = await assessedChange(server, member, `apart-${(count += 1)}`)
    const before = await rowsIn('assessment')
    const stranger = await upload('csv', 'case_id,score\nzebra,0.5\n', { mapping: mapping('score') })
    const answer = await server.send({
      method: 'POST',
      path: `/v1/changes/${made.changeId}/assessments`,
      token: member.token,
      body: { baselineEvaluationId: made.baselineId, candidateEvaluationId: stranger.body.id },
    })
    expect([answer.status, answer.body['code']]).toEqual([422, 'not_assessable'])
    expect(await rowsIn('assessment')).toBe(before)
  })

  test.skipIf(!hasPrimes)(
    'find over HTTP that GPT-4 of June 2023 lost a third of its primes (skipped where the shared fixtures are absent)',
    async () => {
      const system = `primes-${(count += 1)}`
      await post('/v1/systems', { name: system })
      const observe = (model: string) =>
        post<{ results: { changeId: string }[] }>('/v1/observations', {
          observations: [{ system, configuration: configurationOf(model) }],
        })
      await observe('gpt-4-0314')
      const { results } = await observe('gpt-4-0613')
      const file = readFileSync(primes)
      const runs = []
      for (const config of ['gpt-4-0314', 'gpt-4-0613']) {
        const where = JSON.stringify([{ column: 'config', equals: config }])
        runs.push((await upload('csv', file, { where, system })).body.id)
      }
      const { assessment } = await post<{ assessment: { verdict: string; metrics: Record<string, unknown>[] } }>(
        `/v1/changes/${results[0]?.changeId}/assessments`,
        {
          baselineEvaluationId: runs[0],
          candidateEvaluationId: runs[1],
          plan: { metrics: [{ name: 'score', direction: 'up' }] },
        },
      )
      expect(assessment.verdict).toBe('material_regression')
      const score = assessment.metrics.find(({ metric }) => metric === 'score')
      expect(score).toMatchObject({ estimator: 'tango', lost: 476, gained: 147, delta: expect.closeTo(-0.329, 9) })
      expect(score?.['interval']).toEqual({ lower: expect.closeTo(-0.3727, 4), upper: expect.closeTo(-0.2837, 4) })
    },
  )
})
