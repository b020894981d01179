import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'
import { assessment, evaluation, evidenceDigest, ids } from './samples.ts'

const sealedPlan = {
  id: ids.decision,
  changeId: ids.change,
  version: 1,
  terms: {
    plan: { mode: 'prospective', metrics: [{ name: 'pass', margin: 0.02, primary: true }], criticalSlices: [] },
    datasets: [evaluation.caseDigest],
    minCases: 10,
    attempts: 1,
  },
  digest: evidenceDigest,
  supersedes: null,
  sealedAt: '2026-11-30T08:00:00.000Z',
  sealedBy: ids.person,
  sealedByName: 'Ada',
  sealedByEmail: 'ada@example.com',
}

async function startPlanning(): ReturnType<typeof startStandIn> {
  const attempt = {
    evaluationId: ids.evaluation,
    label: 'never mind',
    importedAt: '2026-11-30T09:00:00.000Z',
    ranAt: null,
    planId: ids.decision,
    cases: 'all',
    role: 'other',
    isAgain: false,
    repeats: null,
    verdicts: [],
  }
  const attempts = { count: 1, notAssessed: 1, otherCases: 2, otherSystems: 0, items: [attempt] }
  return startStandIn({
    'GET /v1/evaluations': () => [200, { items: [evaluation], nextCursor: null }],
    [`GET /v1/evaluations/${ids.evaluation}`]: () => [200, evaluation],
    [`POST /v1/changes/${ids.change}/plans`]: () => [201, sealedPlan],
    [`GET /v1/changes/${ids.change}/plans`]: () => [200, { items: [sealedPlan], attempts }],
    [`POST /v1/changes/${ids.change}/assessments`]: () => [201, assessment],
  })
}

test('P6.4: plan seal says the same by options and by a file, with the cases by the evaluation that had them', async () => {
  const path = join(await temporaryFolder(), 'plan.yaml')
  await writeFile(path, 'metrics:\n  - { name: pass, margin: 0.02, primary: true }\ndatasets: [before]\n')
  for (const stated of [
    ['--from', path],
    ['--dataset', 'before', '--margin', 'pass=0.02', '--primary', 'pass'],
  ]) {
    const server = await startPlanning()
    const ran = await afterai(['plan', 'seal', ids.change, ...stated, '--quiet'], { env: server.env })
    expect(ran).toMatchObject({ code: 0, stdout: `${ids.decision}\n` })
    expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual(sealedPlan.terms)
  }
})

test('P6.4: plan seal refuses what is no plan before anything is sealed, and says what one looks like', async () => {
  const path = join(await temporaryFolder(), 'plan.yaml')
  await writeFile(path, 'metrics:\n  - { name: pass }\ndatasets: [before]\n')
  const server = await startPlanning()
  const ran = await afterai(['plan', 'seal', ids.change, '--from', path], { env: server.env })
  expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('/plan/metrics/0/margin') })
  expect(ran.stderr).toContain('datasets: [before]')
  for (const missing of [[], ['--from', path, '--margin', 'pass=0.1']])
    expect((await afterai(['plan', 'seal', ids.change, ...missing], { env: server.env })).code).toBe(2)
  expect(server.received.every(({ method }) => method === 'GET')).toBe(true)
})

test('P6.4: plan show lists every attempt, also what was never assessed', async () => {
  const server = await startPlanning()
  const { stdout } = await afterai(['plan', 'show', ids.change], { env: server.env })
  expect(stdout).toMatch(/^sealed +2026-11-30T08:00:00.000Z, by Ada/m)
  expect(stdout).toContain('1; 1 not assessed; besides, 2 of other cases')
  expect(stdout).toMatch(new RegExp(`^${ids.evaluation} +never mind .* not assessed +-$`, 'm'))
})

test('P6.4: assess sends no margins where none are given, so that the sealed plan holds, and says when they were fixed', async () => {
  const server = await startPlanning()
  const sides = ['--baseline', ids.evaluation, '--candidate', ids.decision]
  const ran = await afterai(['assess', ids.change, ...sides], { env: server.env })
  expect(JSON.parse(server.received.at(-1)?.body ?? '')).not.toHaveProperty('plan')
  expect(ran.stdout).toMatch(/^plan +none: margins given with the results$/m)
})
