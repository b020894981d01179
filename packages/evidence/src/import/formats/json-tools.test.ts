import { describe, expect, test } from 'vitest'
import { testDigest } from '../../../testing/fixtures.ts'
import { faultsOf, metricsOf, readResults as read } from '../../../testing/read-results.ts'
import { json, lines, numbers, samples } from '../../../testing/result-samples.ts'

describe('lm-evaluation-harness', () => {
  test('a filter is chosen where there are several; one file of samples alone is read', () => {
    const { records } = samples['lm-eval']
    const strict = records.map((it) => ({ ...(it as object), filter: 'strict-match' }))
    expect(faultsOf(lines([...records, ...strict]))).toMatchObject([
      { code: 'ambiguous_selection', text: expect.stringContaining('--where filter=VALUE: none, strict-match') },
    ])
    const run = read(lines([...records, ...strict]), { where: [{ column: 'filter', equals: 'strict-match' }] })
    expect([run.cases.length, run.selection]).toEqual([4, 'strict-match'])
  })

  test('right or wrong goes up; a metric that only the data set turns into a number is dropped', () => {
    const run = read(samples['lm-eval'].write(samples['lm-eval'].records))
    expect(metricsOf(run)).toEqual(['exact_match up'])
    expect(run.dropped.map(({ field }) => field)).toContain('metric.bleu')
  })

  test('the summary of a run is refused with the file to give instead', () => {
    const summary = json({ results: { gsm8k: { acc: 0.5 } }, configs: {}, versions: {} })
    expect(faultsOf(summary)[0]?.text).toContain('samples_*.jsonl')
  })
})

describe('DeepEval', () => {
  test('which way is better shows in which side of the threshold succeeds', () => {
    const run = read(samples['deepeval'].write(samples['deepeval'].records))
    expect(metricsOf(run)).toEqual(['pass up', 'latency_s down', 'Answer Relevancy up', 'Toxicity down'])
  })

  test('the input is the case, whatever the test was called; Python names are read too', () => {
    const test_results = [{ name: 'other', input: 'CANARY 1', success: true, metrics_data: [] }]
    const dumped = read(json({ test_results }))
    const run = read(samples['deepeval'].write(samples['deepeval'].records))
    expect(run.cases.map(({ caseId }) => caseId)).toContain(dumped.cases[0]?.caseId)
    const metricsData = [{ name: 'Correctness [GEval]', score: 0.5, threshold: 0.5, success: true }]
    expect(metricsOf(read(json({ testCases: [{ name: 'a-1', metricsData }] })))).toEqual(['Correctness-GEval up'])
  })

  test('a metric that could not be computed measured nothing', () => {
    const metricsData = [{ name: 'Bias', score: 0, threshold: 0.5, success: false, error: 'CANARY' }]
    const run = read(json({ testCases: [{ input: 'CANARY', success: false, metricsData }] }))
    expect(metricsOf(run)).toEqual(['pass up'])
  })
})

describe('OpenAI evals', () => {
  const item = (id: number, more: object = {}) => ({
    object: 'eval.run.output_item',
    id: `item-${id}`,
    run_id: 'r1',
    datasource_item_id: id,
    datasource_item: { key: `k-${id}`, question: 'CANARY' },
    status: id > 1 ? 'pass' : 'fail',
    results: [
      { name: 'Similarity-0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f', score: id / 4, passed: id > 1 },
      { name: 'Polite', passed: true },
    ],
    sample: { output: [{ content: 'CANARY' }], usage: { total_tokens: 9 }, error: null },
    ...more,
  })

  test.each([
    ['a list of the API', (items: readonly unknown[]) => json({ object: 'list', data: items, has_more: false })],
    ['lines', lines],
    ['an array', json],
  ])('output items as %s', (_, write) => {
    const run = read(write(numbers.map((id) => item(id))))
    expect(run.format).toBe('openai-evals')
    expect(metricsOf(run)).toEqual(['pass up', 'tokens down', 'Polite up', 'Similarity up'])
    expect(run.cases[2]).toEqual({ caseId: '2', outcome: 'completed', values: [1, 9, 1, 0.5] })
    expect(JSON.stringify(run)).not.toContain('CANARY')
    expect(run.notes).toBeUndefined()
  })

  test('a page of a longer list and an answer that never came are told', () => {
    const run = read(
      json({ object: 'list', data: [item(2, { sample: { error: { message: 'CANARY' } } })], has_more: true }),
    )
    expect(run.cases[0]?.outcome).toBe('error')
    expect(run.notes).toEqual([expect.stringContaining('has_more')])
    expect(read(json([item(2)]), { caseIdVariable: 'key' }).cases[0]?.caseId).toBe('k-2')
  })

  test('events: errors, metrics, and a log that was cut', () => {
    const event = (id: number, type: string, data: object) => ({
      run_id: 'r',
      event_id: id,
      sample_id: `s.${id}`,
      type,
      data,
    })
    const events = [
      event(1, 'error', { message: 'CANARY' }),
      event(2, 'metrics', { f1: 0.5, said: 'CANARY' }),
      event(2, 'sampling', { prompt: 'CANARY' }),
    ]
    const run = read(lines(events))
    expect(run.cases.map(({ outcome, values }) => [outcome, values])).toEqual([
      ['error', [null]],
      ['completed', [0.5]],
    ])
    expect(run.notes).toEqual([expect.stringContaining('no final report')])
    const mixed = lines([...events, { ...event(3, 'match', { correct: true }), run_id: 'other' }])
    expect(faultsOf(mixed)).toMatchObject([{ code: 'ambiguous_selection' }])
  })
})

describe('Every Eval Ever', () => {
  test('several models in a file are chosen from; the summary of an evaluation is refused', () => {
    const { records, write } = samples['every-eval-ever']
    const other = records.map((it) => ({ ...(it as object), model_id: 'acme/small' }))
    expect(faultsOf(write([...records, ...other]))[0]?.text).toContain('--where model_id=VALUE: acme/large, acme/small')
    const run = read(write([...records, ...other]), { where: [{ column: 'model_id', equals: 'acme/small' }] })
    expect([run.cases.length, run.selection]).toEqual([4, 'acme/small'])
    expect(faultsOf(json({ evaluation_id: 'e', evaluation_results: [] }))[0]?.text).toContain('instance-level')
  })
})

describe('JUnit', () => {
  const report = (inner: string): string => `<testsuite>${inner}</testsuite>`

  test('a failure fails, an error is an answer that never came, a skipped test is left out', () => {
    const run = read(
      report(
        '<testcase name="a-1" time="1,000.5"/><testcase name="a-2"><failure>CANARY</failure></testcase>' +
          '<testcase name="a-3"><error>CANARY</error></testcase><testcase name="a-4"><skipped/></testcase>',
      ),
    )
    expect(run.cases.map(({ caseId, outcome, values }) => [caseId, outcome, values])).toEqual([
      ['a-1', 'completed', [1, 1000.5]],
      ['a-2', 'completed', [0, null]],
      ['a-3', 'error', [null, null]],
    ])
    expect(run.notes).toEqual(['1 skipped tests are left out.'])
  })

  test('a name that is a sentence is digested', () => {
    const name = 'a customer asks for CANARY'
    expect(read(report(`<testcase name="${name}"/>`)).cases[0]?.caseId).toBe(testDigest(name))
  })

  test.each([
    ['a document type', '<!DOCTYPE testsuite [<!ENTITY x "CANARY">]><testsuite>&x;</testsuite>'],
    ['an external entity', '<!DOCTYPE testsuite SYSTEM "file:///etc/passwd"><testsuite/>'],
    ['an unknown entity', report('&CANARY;')],
    ['open tags', report('<testcase name="CANARY">')],
    ['nesting without end', '<testsuite>'.repeat(100_000)],
    ['another document', '<promptfoo><results>CANARY</results></promptfoo>'],
  ])('refuses %s without quoting it', (_, text) => {
    const faults = faultsOf(text, { format: 'junit' })
    expect(faults).toHaveLength(1)
    expect(json(faults)).not.toContain('CANARY')
  })
})

describe('JSON arrays', () => {
  test('are tables: mapped, filtered, and faulted by pointer', () => {
    const text = json([
      { case_id: 'q1', nested: { right: true }, model: 'a' },
      { case_id: 'q2', nested: { right: 'CANARY' }, model: 'a' },
      { case_id: 'q2', nested: { right: 0 }, model: 'b' },
    ])
    const mapping = {
      caseId: 'case_id',
      metrics: [{ name: 'right', column: '/nested/right', kind: 'binary' as const }],
    }
    const filtered = (equals: string) => ({ mapping, where: [{ column: 'model', equals }] })
    expect(read(text, filtered('b')).cases).toEqual([{ caseId: 'q2', outcome: 'completed', values: [0] }])
    expect(faultsOf(text, filtered('a'))).toMatchObject([{ code: 'not_a_number', pointer: '/1' }])
  })
})
