import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hasFixtures, readFixture, rowsOf, sourceOf, testDigest } from '../../testing/fixtures.ts'
import { evaluationRunSchema, importPromptfoo, type ImportResult, type PromptfooOptions } from '../index.ts'

/** A result as promptfoo 0.121 writes it, with a canary wherever content stands. */
function result(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'CANARY id',
    cost: 0.002,
    error: 'CANARY error',
    failureReason: 1,
    gradingResult: { pass: false, reason: 'CANARY reason', componentResults: [{ reason: 'CANARY' }] },
    latencyMs: 40,
    namedScores: { accuracy: 0.5 },
    metadata: { note: 'CANARY' },
    prompt: { raw: 'CANARY question?', label: 'support-v3' },
    promptId: 'abc123',
    promptIdx: 0,
    provider: { id: 'openai:gpt-5', label: 'large' },
    response: { output: 'CANARY answer', tokenUsage: { total: 31 } },
    score: 0.5,
    success: false,
    testCase: { description: 'CANARY', vars: { question: 'CANARY question?' } },
    testIdx: 0,
    tokenUsage: { total: 31 },
    vars: { id: 'case-1', question: 'CANARY question?' },
    ...overrides,
  }
}

function fileOf(results: unknown[], extra: Record<string, unknown> = {}): string {
  return JSON.stringify({
    evalId: 'eval-1',
    results: { version: 3, results },
    config: { description: 'CANARY' },
    ...extra,
  })
}

function read(results: unknown[], options: PromptfooOptions = {}): ImportResult {
  return importPromptfoo(sourceOf(fileOf(results)), options)
}

function codesOf(imported: ImportResult): string[] {
  return imported.ok ? [] : imported.faults.map(({ code }) => code)
}

describe('promptfoo', () => {
  test('reads pass, score, latency, cost, tokens and named scores', () => {
    const run = rowsOf(read([result()], { caseIdVariable: 'id' }))
    expect(run.metrics.map(({ name }) => name)).toEqual(['pass', 'score', 'latency_ms', 'cost', 'tokens', 'accuracy'])
    expect(run.cases).toEqual([{ caseId: 'case-1', outcome: 'completed', values: [0, 0.5, 40, 0.002, 31, 0.5] }])
    expect(run.selection).toBe('large')
    expect(evaluationRunSchema.parse(run)).toEqual(run)
  })

  test('P1.2: nothing of prompts, answers, reasons or variables comes out, and what was left out is counted', () => {
    const run = rowsOf(read([result(), result({ vars: { id: 'CANARY, id', question: 'CANARY two' } })]))
    expect(JSON.stringify(run)).not.toContain('CANARY')
    const dropped = Object.fromEntries(run.dropped.map(({ field, count }) => [field, count]))
    expect(dropped).toMatchObject({
      'result.response': 2,
      'result.prompt': 2,
      'result.vars': 2,
      'result.gradingResult': 2,
      'file.config': 1,
    })
  })

  test('P1.2: no fault quotes the file', () => {
    const faulty = read([
      result({ provider: { label: 'CANARY, said the customer' }, prompt: { raw: 'CANARY', label: 'CANARY' } }),
      result({ score: 'CANARY', namedScores: { 'CANARY?': 'CANARY' } }),
      'CANARY',
    ])
    const truncated = importPromptfoo(sourceOf(fileOf([result()]).slice(0, -40)))
    const stray = importPromptfoo(sourceOf('{"results": CANARY}'))
    expect(codesOf(faulty).toSorted()).toEqual(['ambiguous_selection', 'not_a_number', 'not_a_number', 'not_an_object'])
    expect(codesOf(truncated)).toEqual(['malformed'])
    for (const imported of [faulty, truncated, stray]) expect(JSON.stringify(imported)).not.toContain('CANARY')
  })

  test('P1.2: a prompt without a label of its own is called by a keyed digest of it, and no hash of it is shown', () => {
    const plain = { raw: 'CANARY', label: 'CANARY' }
    const hash = createHash('sha256').update('CANARY').digest('hex')
    const imported = read([
      result({ prompt: plain, promptId: hash }),
      result({ prompt: { raw: 'Another', label: 'v2' }, promptId: 'def', promptIdx: 1 }),
    ])
    expect(codesOf(imported)).toEqual(['ambiguous_selection'])
    expect(JSON.stringify(imported)).toContain(`prompt-${testDigest('prompt\nCANARY').slice(-8)} (no. 1), v2`)
    expect(JSON.stringify(imported)).not.toMatch(new RegExp(`CANARY|${hash}`))
  })

  test('P1.2: short prose as an id, a cluster, a field or the text behind a file name is digested', () => {
    const prose = 'my wife is ill'
    const odd = result({ vars: { id: prose, talk: 'cancer' }, [prose]: 1 })
    const text = fileOf([odd], { [prose]: 1 })
    const run = rowsOf(importPromptfoo(sourceOf(text), { caseIdVariable: 'id', clusterVariable: 'talk' }))
    expect(run.cases[0]).toMatchObject({ caseId: testDigest(prose), cluster: testDigest('cancer') })
    const dropped = run.dropped.map(({ field }) => field)
    expect(dropped).toEqual(expect.arrayContaining([`result.${prose}`, `file.${prose}`].map(testDigest)))
    const fromFiles = read([
      result({ prompt: { raw: 'Say CANARY', label: 'one.txt: Say CANARY' } }),
      result({ prompt: { raw: 'Greet', label: 'v2' }, promptId: 'def' }),
    ])
    expect(codesOf(fromFiles)).toEqual(['ambiguous_selection'])
    for (const out of [run, fromFiles]) expect(JSON.stringify(out)).not.toMatch(/CANARY|wife|cancer/)
  })

  test('the default case id is the keyed digest of the variables, whatever their order', () => {
    const [first, second, third] = rowsOf(
      read([
        result({ vars: { a: 1, b: ['x', { c: null }] }, testCase: undefined }),
        result({ vars: { b: ['x', { c: null }], a: 1 }, testCase: undefined }),
        result({ vars: { a: 2, b: [] }, testCase: undefined }),
      ]),
    ).cases
    expect(first?.caseId).toMatch(/^hmac-/)
    expect(second?.caseId).toBe(first?.caseId)
    expect(third?.caseId).not.toBe(first?.caseId)
  })

  test('an answer that never came is an error; an answer that failed its assertions is not', () => {
    const errored = result({ failureReason: 2, gradingResult: null, namedScores: {}, cost: 0 })
    const run = rowsOf(read([errored, result({ failureReason: 1 }), result({ failureReason: 0, success: true })]))
    expect(run.cases.map(({ outcome }) => outcome).toSorted()).toEqual(['completed', 'completed', 'error'])
  })

  test("an answer from promptfoo's cache has neither latency nor cost", () => {
    const run = rowsOf(read([result({ response: { cached: true } })]))
    expect(run.metrics.map(({ name }) => name)).toEqual(['pass', 'score', 'tokens', 'accuracy'])
  })

  test('one of several providers and prompts is chosen by label or id', () => {
    const small = { id: 'openai:gpt-5-mini', label: 'small' }
    const results = [
      result(),
      result({ provider: small }),
      result({ provider: small, prompt: { raw: 'x', label: 'v4' }, promptId: 'p4' }),
    ]
    expect(codesOf(read(results))).toEqual(['ambiguous_selection'])
    expect(codesOf(read(results, { provider: 'small' }))).toEqual(['ambiguous_selection'])
    expect(rowsOf(read(results, { provider: 'small', prompt: 'p4' })).cases).toHaveLength(1)
    expect(rowsOf(read(results, { provider: 'openai:gpt-5' })).selection).toBe('large/support-v3')
    expect(codesOf(read(results, { provider: 'gone' }))).toEqual(['nothing_selected'])
  })

  test('a named score that an answer lacks is unknown, even one that every object inherits', () => {
    const run = rowsOf(read([result({ namedScores: { constructor: 0.5 } }), result({ namedScores: {} })]))
    expect(run.cases.map(({ values }) => values.at(-1))).toEqual([0.5, null])
  })

  test('a named score may not pass for a metric of its own', () => {
    const run = rowsOf(read([result({ namedScores: { pass: 1, constructor: 1 } })]))
    expect(run.metrics.map(({ name }) => name).slice(5)).toEqual(['constructor', 'named/pass'])
    expect(run.cases[0]?.values.slice(5)).toEqual([1, 1])
  })

  test.each([
    ['an empty file', '', 'empty'],
    ['an array', '[]', 'unsupported_version'],
    ['version 5', '{"results":{"version":5,"results":[]}}', 'unsupported_version'],
    ['no results', '{"results":{"version":3}}', 'malformed'],
    ['an empty list', '{"results":{"version":3,"results":[]}}', 'empty'],
    [
      'nesting without end',
      `{"results":{"version":3,"results":[{"vars":${'['.repeat(5000)}${']'.repeat(5000)}}]}}`,
      'case_id_missing',
    ],
    ['a __proto__ in place of results', '{"__proto__":{"results":{"version":3,"results":[]}}}', 'unsupported_version'],
  ])('refuses %s', (_, text, code) => {
    expect(codesOf(importPromptfoo(sourceOf(text)))).toContain(code)
  })
})

describe.skipIf(!hasFixtures)('a real run (skipped where the shared fixtures are absent)', () => {
  const text = hasFixtures ? readFixture('evals/promptfoo/results.json') : ''
  const read = (provider: string) =>
    rowsOf(importPromptfoo(sourceOf(text), { provider, caseIdVariable: 'id', sliceVariable: 'segment' }))

  test("agrees with promptfoo's own counts", () => {
    const large = read('acme-large-2025-06')
    const passed = large.cases.filter(({ values }) => values[0] === 1).length
    expect([large.cases.length, passed]).toEqual([120, 105])
    const small = read('acme-small-2026-01')
    expect(small.cases.filter(({ outcome }) => outcome === 'error')).toHaveLength(2)
    expect(small.metrics.map(({ name, kind }) => `${name}:${kind}`)).toContain('accuracy:binary')
  })

  test('P1.2: no prompt, answer or variable of the file comes out', () => {
    const out = JSON.stringify(read('acme-small-2026-01'))
    for (const content of ['furniture', 'EUR', 'desk lamp', 'timed out', 'Expected output']) {
      expect(text).toContain(content)
      expect(out).not.toContain(content)
    }
  })
})
