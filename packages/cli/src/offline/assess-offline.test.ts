import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { assessmentSchema, defaultPlan, type AssessmentPlan } from '@afterai/evidence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assessOffline, type OfflineAssessment, type TextOutput } from './assess-offline.ts'

const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const supportBot = {
  baselinePath: `${examples}support-bot/baseline.json`,
  candidatePath: `${examples}support-bot/candidate.json`,
}
const conversations = {
  baselinePath: `${examples}conversation-scores/baseline.csv`,
  candidatePath: `${examples}conversation-scores/candidate.csv`,
}

function planWith(...metrics: AssessmentPlan['metrics']): AssessmentPlan {
  return { ...defaultPlan, metrics }
}

const key = new Uint8Array(32).fill(7)

/** An output that keeps what is written. */
function recorder(overrides: Partial<TextOutput> = {}): TextOutput & { text: () => string } {
  let written = ''
  return { write: (text) => (written += text), text: () => written, ...overrides }
}

async function run(request: Omit<OfflineAssessment, 'out' | 'err' | 'key'>, overrides: Partial<TextOutput> = {}) {
  const out = recorder(overrides)
  const err = recorder()
  const outcome = await assessOffline({ ...request, key: () => key, out, err })
  return { outcome, out: out.text(), err: err.text() }
}

/** The conversations are scored 0 to 1, 1 being best: their column is called `score`, which says neither. */
const score = { name: 'score', direction: 'up', scale: { lower: 0, upper: 1 } } as const

describe('the support bot changes its model', () => {
  test('prints the verdict first, then each metric against its margin', async () => {
    const { out } = await run({ ...supportBot, reading: { sliceVariable: 'topic' } })
    await expect(out).toMatchFileSnapshot('./snapshots/support-bot.txt')
    expect(out.startsWith('MATERIAL REGRESSION')).toBe(true)
  })

  test('prints the assessment as JSON that its schema accepts', async () => {
    const { out, outcome } = await run({ ...supportBot, json: true })
    const assessment = assessmentSchema.parse(JSON.parse(out))
    expect(assessment.verdict).toBe('material_regression')
    expect(outcome).toEqual({ outcome: 'assessed', assessment })
  })

  test('P1.2: prints no question and no answer', async () => {
    for (const json of [true, false]) {
      const { out } = await run({ ...supportBot, json, reading: { sliceVariable: 'topic', caseIdVariable: 'id' } })
      for (const content of ['furniture', 'Thank you', 'EUR', 'handbook', 'timed out'])
        expect(out).not.toContain(content)
    }
  })

  test('a wide margin for the regressed metric, set beforehand, changes the verdict', async () => {
    const { outcome } = await run({ ...supportBot, plan: planWith({ name: 'pass', margin: 0.35 }) })
    expect(outcome).toMatchObject({ assessment: { verdict: 'minor_regression' } })
    const cheap = { name: 'cost', primary: true } as const
    const declared = await run({ ...supportBot, plan: planWith(cheap) })
    expect(declared.outcome).toMatchObject({ assessment: { verdict: 'material_regression' } })
    const aside = ['pass', 'score', 'resolved'].map((name) => ({ name, primary: false }))
    const accepted = await run({ ...supportBot, plan: planWith(cheap, ...aside) })
    expect(accepted.outcome).toMatchObject({ assessment: { verdict: 'improved' } })
    const [headline = '', next = ''] = accepted.out.split('\n')
    expect(headline).toBe('IMPROVED  better in what decides, worse elsewhere')
    expect(next).toMatch(/^! \w+: material_regression outside the primary metrics \(secondary_regression\)/)
  })

  test('a critical slice becomes a guardrail', async () => {
    const { out } = await run({
      ...supportBot,
      plan: { ...defaultPlan, criticalSlices: ['refunds'] },
      reading: { sliceVariable: 'topic' },
    })
    expect(out).toContain('Decided by: pass, pass in refunds.')
  })
})

describe('a prompt hardly changes', () => {
  test('says what would decide, and never that nothing happened', async () => {
    const { out } = await run({ ...conversations, plan: planWith(score) })
    await expect(out).toMatchFileSnapshot('./snapshots/conversation-scores.txt')
    expect(out.startsWith('INCONCLUSIVE')).toBe(true)
    expect(out).toMatch(/about \d+ more pairs would decide/)
    expect(out).not.toMatch(/\bsafe\b|not significant|no difference/)
  })
})

describe('the terminal', () => {
  test('colours are for terminals that have them', async () => {
    const coloured = await run(conversations, { isTTY: true, hasColors: () => true, columns: 80 })
    const refusing = await run(conversations, { isTTY: true, hasColors: () => false, columns: 80 })
    const piped = await run(conversations, { isTTY: false, hasColors: () => true })
    expect(coloured.out).not.toBe(refusing.out)
    expect(stripVTControlCharacters(coloured.out)).toBe(refusing.out)
    expect(piped.out).toBe(refusing.out)
  })

  test.each([20, 72, 80, 100, 400])('a terminal of %i columns gets lines that fit, down to 72', async (columns) => {
    const { out } = await run({ ...supportBot, reading: { sliceVariable: 'topic' } }, { columns })
    const lines = out.split('\n')
    expect(lines.filter((line) => line.includes('worse ◂'))).toHaveLength(4)
    const width = Math.min(Math.max(columns, 72), 110)
    expect(lines.filter((line) => line.length > width)).toEqual([])
  })
})

describe('files that cannot be read', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'afterai-offline-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('lists the faults of both files, without their content, and assesses nothing', async () => {
    const baselinePath = join(folder, 'before.csv')
    const candidatePath = join(folder, 'after.jsonl')
    await writeFile(baselinePath, 'case_id,score\na,CANARY\n,1\n')
    await writeFile(candidatePath, '{"case_id":"a","score":1}\nCANARY\n')
    const { outcome, out, err } = await run({ baselinePath, candidatePath })
    expect(outcome).toEqual({ outcome: 'refused' })
    expect(out).toBe('')
    expect(err).not.toContain('CANARY')
    expect(err.replaceAll(folder, '').split('\n')).toEqual([
      "/before.csv can't be imported:",
      expect.stringMatching(/^ {2}line 3: column case_id: no case id in line 3; .* \(case_id_missing\)$/),
      expect.stringMatching(/^ {2}line 2: column score: not numbers in line 2; .* \(not_a_number\)$/),
      "/after.jsonl can't be imported:",
      expect.stringMatching(/^ {2}line 2: not valid JSON, .* \(malformed\)$/),
      '',
    ])
  })

  test('one file holds both sides when each is chosen', async () => {
    const path = join(folder, 'both.csv')
    const rows = Array.from(
      { length: 40 },
      (_, index) => `case-${index},old,1\ncase-${index},new,${Number(index > 20)}`,
    )
    await writeFile(path, `case_id,config,correct\n${rows.join('\n')}\n`)
    const { outcome } = await run({
      baselinePath: path,
      candidatePath: path,
      baselineReading: { where: [{ column: 'config', equals: 'old' }] },
      candidateReading: { where: [{ column: 'config', equals: 'new' }] },
    })
    expect(outcome).toMatchObject({
      assessment: { verdict: 'material_regression', baseline: { selection: 'old' }, candidate: { selection: 'new' } },
    })
  })

  test('a file that is not there is told by its name and why', async () => {
    await expect(run({ ...supportBot, candidatePath: join(folder, 'gone.json') })).rejects.toThrow('ENOENT')
  })
})
