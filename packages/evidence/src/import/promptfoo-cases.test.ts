import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { hasFixtures, readFixture, rowsOf, sourceOf, testDigest } from '../../testing/fixtures.ts'
import { importPromptfoo, pairingVariables, type EvaluationRunJson, type PromptfooOptions } from '../index.ts'

type Result = Record<string, unknown>

/** A result as promptfoo writes it from version 3 on. */
function result(testIdx: number, test: Record<string, unknown> | undefined, more: Result = {}): Result {
  return {
    failureReason: 0,
    latencyMs: 10,
    prompt: { raw: 'CANARY prompt', label: 'v1' },
    promptId: 'p1',
    promptIdx: 0,
    provider: { id: 'acme:large', label: '' },
    response: { output: 'CANARY answer', tokenUsage: { total: 7 } },
    score: 1,
    success: true,
    testIdx,
    ...(test === undefined ? {} : { testCase: test, vars: test['vars'] }),
    ...more,
  }
}

function read(results: readonly Result[], options: PromptfooOptions = {}, config: object = {}): EvaluationRunJson {
  const text = JSON.stringify({ config, results: { version: 3, results } })
  return rowsOf(importPromptfoo(sourceOf(text), options))
}

const idsOf = ({ cases }: EvaluationRunJson): string[] => cases.map(({ caseId }) => caseId)
const distinct = (run: EvaluationRunJson): number => new Set(idsOf(run)).size

describe('what a case is known by', () => {
  test('tokens stand in the response where the result has none', () => {
    const run = read([result(0, { vars: { q: 'a' } })])
    const tokens = run.metrics.findIndex(({ name }) => name === 'tokens')
    expect(run.cases[0]?.values[tokens]).toBe(7)
  })

  test('variables that the run added change no id', () => {
    const added = (text: string) => ({ _conversation: [{ output: text }], sessionId: text, summary: text })
    const sides = ['CANARY one', 'CANARY two'].map((text) =>
      read(
        [0, 1].map((q) => result(q, undefined, { vars: { q, ...added(text) } })),
        {},
        { tests: [{ options: { storeOutputAs: 'summary' } }] },
      ),
    )
    expect(idsOf(sides[0] as EvaluationRunJson)).toEqual(idsOf(sides[1] as EvaluationRunJson))
    expect(distinct(sides[0] as EvaluationRunJson)).toBe(2)
  })

  test('the variables that the test declared count, not what they rendered to', () => {
    const side = (rendered: string) =>
      read([result(0, { vars: { q: 'a' } }, { vars: { q: rendered, computed: rendered } })])
    expect(idsOf(side('x'))).toEqual(idsOf(side('y')))
  })

  test('a number and the same number as a text are one case', () => {
    expect(idsOf(read([result(0, { vars: { q: 7 } })]))).toEqual(idsOf(read([result(0, { vars: { q: '7' } })])))
  })

  test('equal variables with other assertions are other cases, whatever the order of the results', () => {
    const tests = ['contains', 'equals'].map((type) => ({ vars: { q: 'a' }, assert: [{ type, value: 'CANARY' }] }))
    const results = tests.map((it, index) => result(index, it))
    const run = read(results)
    expect(distinct(run)).toBe(2)
    expect(run.notes).toEqual([expect.stringContaining('2 cases are known by their assertions')])
    expect(idsOf(read(results.toReversed()))).toEqual(idsOf(run))
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('repeats of one test are one case', () => {
    const it = { vars: { q: 'a' }, assert: [{ type: 'equals' }] }
    expect(distinct(read([result(0, it), result(1, it)]))).toBe(1)
    const group = { repeatGroupId: 'g1' }
    expect(distinct(read([result(0, undefined, group), result(1, undefined, group)]))).toBe(1)
  })

  test('where the file says that tests were repeated, those that agree in everything are repeats', () => {
    const results = [0, 1].map((index) => result(index, {}))
    for (const place of ['evaluateOptions', 'commandLineOptions'])
      expect(distinct(read(results, {}, { [place]: { repeat: 2 } }))).toBe(1)
    const told = { vars: { q: 'a' } }
    const untold = [0, 1].map((index) => result(index, undefined, told))
    expect(distinct(read(untold, {}, { evaluateOptions: { repeat: 2 } }))).toBe(1)
  })

  test('a variable that no test has is refused with the option that names another', () => {
    const text = JSON.stringify({ results: { version: 3, results: [result(0, { vars: { q: 'a' } })] } })
    const refused = importPromptfoo(sourceOf(text), { caseIdVariable: 'gone' })
    expect(refused).toMatchObject({ faults: [{ code: 'case_id_missing', text: expect.stringContaining('--case') }] })
  })

  test.each([
    ['description', [{ description: 'one' }, { description: 'two' }], 'description'],
    ['assertions', [{ assert: [{ value: 1 }] }, { assert: [{ value: 2 }] }], 'assertions'],
    ['position', [{}, {}], 'position'],
  ])('tests without variables are known by their %s', (_, tests, word) => {
    const run = read(tests.map((it, index) => result(index, it)))
    expect(distinct(run)).toBe(2)
    expect(run.notes).toEqual([expect.stringContaining(`2 cases are known by their ${word}`)])
  })

  test('where the file tells nothing of its tests, equal variables are as many cases as tests', () => {
    const run = read([0, 1, 2, 3].map((index) => result(index, undefined, { vars: { q: index % 2 } })))
    expect(distinct(run)).toBe(4)
  })

  test('both providers of a file give a test the same id', () => {
    const tests = [{ vars: { q: 'a' }, assert: [1] }, { vars: { q: 'a' }, assert: [2] }, { vars: { q: 'b' } }]
    const other = { provider: { id: 'acme:small' }, promptIdx: 1 }
    const results = tests.flatMap((it, index) => [result(index, it), result(index, it, other)])
    expect(idsOf(read(results, { provider: 'acme:large' }))).toEqual(idsOf(read(results, { provider: 'acme:small' })))
  })

  test('as many cases as tests that differ, in any order of the results', () => {
    const declared = fc.record({
      vars: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'), { maxKeys: 2 }),
      description: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
      assert: fc.array(fc.constantFrom('s', 't'), { maxLength: 1 }),
    })
    const vars = ({ vars: { a = '', b = '' } }: { vars: Record<string, string> }): string => `${a}/${b}`
    const tests = fc.uniqueArray(declared, {
      minLength: 1,
      maxLength: 8,
      selector: (it) => JSON.stringify([vars(it), it.description, it.assert]),
    })
    fc.assert(
      fc.property(tests, (unique) => {
        const results = unique.map((it, index) => result(index, it))
        const run = read(results)
        expect(distinct(run)).toBe(unique.length)
        expect(new Set(idsOf(read(results.toReversed())))).toEqual(new Set(idsOf(run)))
      }),
    )
  })
})

describe('prompts and providers', () => {
  const twoPrompts = [0, 1].flatMap((q) =>
    ['CANARY short', 'CANARY other'].map((raw, promptIdx) =>
      result(q, { vars: { q } }, { prompt: { raw, label: raw }, promptId: undefined, promptIdx }),
    ),
  )

  const nameOf = (text: string): string => `prompt-${testDigest(`prompt\n${text}`).slice(-8)}`
  const refusal = (results: readonly Result[]): string =>
    JSON.stringify(importPromptfoo(sourceOf(JSON.stringify({ results: { version: 3, results } }))))

  test('prompts without labels have names that can be typed back, the same in each command and each file', () => {
    const [short, other] = ['CANARY short', 'CANARY other'].map(nameOf) as [string, string]
    expect(refusal(twoPrompts)).toContain([`${short} (no. 1)`, `${other} (no. 2)`].toSorted().join(', '))
    expect(refusal(twoPrompts)).not.toContain('CANARY')
    const chosen = [short, other].map((prompt) => read(twoPrompts, { prompt }))
    expect(chosen.map(({ cases, selection }) => [cases.length, selection])).toEqual([
      [2, `acme:large/${short}`],
      [2, `acme:large/${other}`],
    ])
  })

  test('P1.2: a text has one name wherever it stands: in another order, from a file, in another format', () => {
    const swapped = twoPrompts.map((it) => ({ ...it, promptIdx: 1 - (it['promptIdx'] as number) }))
    const fromFiles = twoPrompts.map((it) => {
      const { raw } = it['prompt'] as { raw: string }
      return { ...it, prompt: { raw, label: `prompts/one.txt: ${raw}` }, promptId: testDigest(raw).slice(5) }
    })
    const prompt = nameOf('CANARY other')
    const expected = read(twoPrompts, { prompt })
    for (const results of [swapped, fromFiles, twoPrompts.toReversed()])
      expect(new Set(idsOf(read(results, { prompt })))).toEqual(new Set(idsOf(expected)))
    const block = (raw: string): string => `[acme:large] ${raw},Status,Score,Named Scores,Grader Reason,Comment`
    const answer = 'x,PASS,1,,,'
    const csv = `q,${block('CANARY other')},${block('CANARY short')}\n0,${answer},${answer}\n`
    expect(rowsOf(importPromptfoo(sourceOf(csv), { prompt })).selection).toBe(expected.selection)
  })

  test('two prompts of one text or label are told apart: under two ids, and in two columns of one provider', () => {
    const column = (promptIdx: number, more: Result): Result => result(0, { vars: { q: 1 } }, { promptIdx, ...more })
    const hash = (digit: number): string => String(digit).repeat(64)
    const labelled = [0, 1].map((at) => column(at, { promptId: hash(at) }))
    const names = [0, 1].map((at) => `${nameOf(hash(at))} (no. ${at + 1})`)
    expect(refusal(labelled)).toContain(names.toSorted().join(', '))
    const twins = [0, 1].map((at) => column(at, {}))
    expect(refusal(twins)).toContain('v1:1 (column 1), v1:2 (column 2)')
    expect(read(twins, { prompt: 'v1:2' })).toMatchObject({ selection: 'acme:large/v1:2', cases: [{}] })
    const sameText = [0, 1].map((at) => column(at, { prompt: { raw: 'CANARY', label: 'CANARY' }, promptId: hash(at) }))
    expect(refusal(sameText)).toContain(`${nameOf('CANARY')}:1 (no. 1), ${nameOf('CANARY')}:2 (no. 2)`)
    const providers = [0, 1].map((at) => column(at, { provider: { id: `acme:${at}` } }))
    expect(read(providers, { provider: 'acme:1' }).selection).toBe('acme:1')
  })

  test('a provider whose name may not be shown has a name that can be typed back too', () => {
    const provider = { id: 'CANARY, said the customer, and left again' }
    const name = `provider-${testDigest(`provider\n${provider.id}`).slice(-8)}`
    const results = [result(0, undefined, { provider, promptIdx: 1 }), result(0, undefined)]
    expect(refusal(results)).toContain(`${name} (no. 2)`)
    expect(refusal(results)).not.toContain('CANARY')
    expect(read(results, { provider: name }).cases).toHaveLength(1)
  })

  test('a prompt of which nothing is known is called by its place', () => {
    const results = [0, 1].map((promptIdx) => result(0, undefined, { prompt: {}, promptId: undefined, promptIdx }))
    expect(refusal(results)).toContain('prompt-1 (no. 1), prompt-2 (no. 2)')
    expect(read(results, { prompt: 'prompt-2' }).cases).toHaveLength(1)
  })
})

describe('shapes that promptfoo writes', () => {
  const results = [0, 1, 2].map((q) =>
    result(
      q,
      { vars: { q: `q${q}` }, description: `d${q}` },
      { score: q / 2, success: q > 0, namedScores: { 'on topic': 1 } },
    ),
  )
  const document = { evalId: 'e', results: { version: 3, prompts: [{ raw: 'CANARY' }], results } }
  const json = rowsOf(importPromptfoo(sourceOf(JSON.stringify(document))))

  test.each([
    ['YAML', stringify(document)],
    ['JSON Lines', `${results.map((it) => JSON.stringify(it)).join('\n')}\n`],
    ['JSON Lines with nothing between batches', results.map((it) => JSON.stringify(it)).join('')],
    ['version 1', JSON.stringify({ results: { version: 1, results } })],
    ['version 4', JSON.stringify({ results: { version: 4, results } }, null, 2)],
  ])('%s gives the same cases as JSON', (_, text) => {
    const run = rowsOf(importPromptfoo(sourceOf(text)))
    expect([run.cases, run.metrics]).toEqual([json.cases, json.metrics])
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('CSV gives the same cases, without latency and tokens', () => {
    const header = 'Description,q,[acme:large] v1,Status,Score,Named Scores,Metric: on topic,Grader Reason,Comment'
    const rows = [
      'd0,q0,CANARY,FAIL,0.00,,1.00,CANARY,',
      'd1,q1,CANARY,PASS,0.50,,1.00,CANARY,',
      'd2,q2,"CANARY\n,",PASS,1.00,,1.00,,',
    ]
    const run = rowsOf(importPromptfoo(sourceOf([header, ...rows].join('\n'))))
    expect(run.metrics.map(({ name }) => name)).toEqual(['pass', 'score', 'on topic'])
    expect(idsOf(run)).toEqual(idsOf(json))
    const valuesOf = new Map(run.cases.map(({ caseId, values }) => [caseId, values]))
    expect(idsOf(json).map((id) => valuesOf.get(id))).toEqual(
      json.cases.map(({ values }) => values.filter((_, at) => [0, 1, 4].includes(at))),
    )
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('before version 3, an error without a grade is an answer that never came', () => {
    const old = (more: Result): Result => ({
      provider: { id: 'acme' },
      prompt: { raw: 'CANARY', display: 'v1' },
      vars: { q: 1 },
      ...more,
    })
    const text = JSON.stringify({
      results: {
        version: 2,
        results: [
          old({ success: false, error: 'CANARY time-out' }),
          old({ success: false, error: 'CANARY reason', gradingResult: { pass: false }, response: { output: 'x' } }),
        ],
      },
    })
    const run = rowsOf(importPromptfoo(sourceOf(text)))
    expect(run.cases.map(({ outcome }) => outcome)).toEqual(['completed', 'error'])
    expect(distinct(run)).toBe(1)
  })

  test.each([
    [
      'YAML that refers to itself without end',
      `a: &a [1, 1]\nb: &b [*a, *a]\n${'cdefghij'
        .split('')
        .map((it, index, all) => `${it}: &${it} [${`*${all[index - 1] ?? 'b'}, `.repeat(50)}1]`)
        .join('\n')}`,
    ],
    ['neither of them', 'hello: [CANARY'],
    ['YAML that breaks off within a list', `${stringify(document)}  - [CANARY`],
    ['cut JSON', JSON.stringify(document).slice(0, -30)],
    ['cut JSON Lines', JSON.stringify(results[0]).slice(0, -3)],
  ])('refuses %s without quoting it', (_, text) => {
    const imported = importPromptfoo(sourceOf(text))
    expect(imported.ok).toBe(false)
    expect(JSON.stringify(imported)).not.toContain('CANARY')
  })
})

test('variables are proposed that would pair two files: they tell the cases apart and stand in both', () => {
  const file = (side: string) =>
    JSON.stringify({
      results: {
        version: 3,
        results: [0, 1, 2, 3].map((q) => result(q, { vars: { id: `c${q}`, topic: 't', seed: `${side}${q}`, _x: q } })),
      },
    })
  expect(pairingVariables(file('a'), file('b'))).toEqual(['id'])
})

test.skipIf(!hasFixtures)(
  'a real table pairs with the JSON of the same run (skipped where the shared fixtures are absent)',
  () => {
    const [csv, json] = ['csv', 'json'].map((extension) =>
      rowsOf(
        importPromptfoo(sourceOf(readFixture(`evals/promptfoo/results.${extension}`)), {
          provider: 'acme-small-2026-01',
        }),
      ),
    )
    expect(idsOf(csv as EvaluationRunJson)).toEqual(idsOf(json as EvaluationRunJson))
    expect(csv?.cases.map(({ outcome }) => outcome)).toEqual(json?.cases.map(({ outcome }) => outcome))
  },
)

test.skipIf(!hasFixtures)('inputs that went wrong once (skipped where the shared fixtures are absent)', () => {
  const found = (name: string, options: PromptfooOptions = {}) =>
    rowsOf(importPromptfoo(sourceOf(readFixture(`found/evaluations/${name}.json`)), options))
  expect(found('tokens_in_response').metrics.map(({ name }) => name)).toContain('tokens')
  expect(idsOf(found('conversation_a'))).toEqual(idsOf(found('conversation_b')))
  expect(distinct(found('samevars'))).toBe(found('samevars').cases.length)
  expect(idsOf(found('two_prompts', { prompt: 'p0' }))).toEqual(idsOf(found('two_prompts', { prompt: 'p1' })))
})
