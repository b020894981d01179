import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf, fixtureBytes, hasFixtures, runOf, testDigest } from '../../../testing/fixtures.ts'
import { zip } from '../../../testing/zip.ts'
import {
  evaluationRunSchema,
  FORMAT_NAMES,
  importResults,
  recogniseFormat,
  RESULTS_FORMATS,
  type EvaluationRun,
  type FormatName,
  type ReadingOptions,
} from '../../index.ts'

const json = (value: unknown): string => JSON.stringify(value)
const lines = (records: readonly unknown[]): string => records.map(json).join('\n')
const numbers = [0, 1, 2, 3]

const inspectLog = (samples: readonly unknown[], more: object = {}) => ({
  version: 2,
  status: 'success',
  eval: { task: 't', model: 'acme/large', dataset: { samples: samples.length }, config: { epochs: 1 } },
  ...more,
  samples,
})
const inspectSample = (id: number, more: object = {}) => ({
  id,
  epoch: 1,
  input: 'CANARY question',
  target: 'CANARY target',
  messages: [{ content: 'CANARY "message" [{' }],
  scores: { match: { value: id % 2 === 0 ? 'C' : 'I', explanation: 'CANARY why' } },
  model_usage: { 'acme/large': { total_tokens: 10 + id }, 'acme/judge': { total_tokens: 900 } },
  working_time: 0.5 + id,
  ...more,
})

/** One file of each format as its tool writes it, with a canary wherever content stands; `records` in any order give the same cases. */
const samples: Readonly<
  Record<FormatName, { name: string; records: readonly unknown[]; write: (records: readonly unknown[]) => string }>
> = {
  csv: {
    name: 'results.csv',
    records: numbers.map((id) => `q${id},0.${id},CANARY`),
    write: (rows) => `case_id,score,output\n${rows.join('\n')}\n`,
  },
  jsonl: {
    name: 'results.jsonl',
    records: numbers.map((id) => ({ case_id: `q${id}`, score: id / 4, output: 'CANARY' })),
    write: lines,
  },
  json: {
    name: 'results.json',
    records: numbers.map((id) => ({ case_id: `q${id}`, score: id / 4, output: 'CANARY' })),
    write: json,
  },
  promptfoo: {
    name: 'results.json',
    records: numbers.map((testIdx) => ({
      promptIdx: 0,
      testIdx,
      provider: { id: 'acme:large' },
      prompt: { raw: 'CANARY', label: 'v1' },
      testCase: { vars: { q: `CANARY ${testIdx}` } },
      success: testIdx > 1,
      score: 1,
    })),
    write: (results) => json({ evalId: 'e', results: { version: 3, results } }),
  },
  inspect: {
    name: 'log.json',
    records: numbers.map((id) => inspectSample(id)),
    write: (records) => json(inspectLog(records)),
  },
  'lm-eval': {
    name: 'samples_gsm8k.jsonl',
    records: numbers.map((doc_id) => ({
      doc_id,
      doc: { question: 'CANARY' },
      target: 'CANARY',
      arguments: { gen_args_0: { arg_0: 'CANARY' } },
      resps: [['CANARY']],
      filtered_resps: ['CANARY'],
      filter: 'none',
      metrics: ['exact_match', 'bleu'],
      doc_hash: 'CANARY',
      exact_match: doc_id % 2,
      bleu: [['CANARY'], ['CANARY']],
    })),
    write: lines,
  },
  deepeval: {
    name: 'test_run.json',
    records: numbers.map((id) => ({
      name: `test_case_${id}`,
      input: `CANARY ${id}`,
      actualOutput: 'CANARY',
      success: id > 0,
      completionTime: 0.2 + id,
      metricsData: [
        { name: 'Answer Relevancy', score: id / 4, threshold: 0.1, success: id > 0, reason: 'CANARY' },
        { name: 'Toxicity', score: id / 4, threshold: 0.6, success: id < 3, reason: 'CANARY' },
      ],
    })),
    write: (testCases) => json({ testCases, conversationalTestCases: [], metricsScores: [] }),
  },
  'openai-evals': {
    name: 'events.jsonl',
    records: numbers.map((id) => ({
      run_id: 'r1',
      event_id: id,
      sample_id: `test.s1.${id}`,
      type: 'match',
      data: { correct: id > 1, expected: 'CANARY', picked: 'CANARY' },
    })),
    write: (events) => lines([{ spec: { run_id: 'r1', completion_fns: ['m'] } }, ...events, { final_report: {} }]),
  },
  'every-eval-ever': {
    name: 'instances.jsonl',
    records: numbers.map((id) => ({
      schema_version: '0.2.1',
      evaluation_id: 'e1',
      model_id: 'acme/large',
      evaluation_name: 'gsm8k',
      sample_id: `gsm8k_${id}`,
      interaction_type: 'single_turn',
      input: { raw: 'CANARY', reference: ['CANARY'] },
      output: { raw: ['CANARY'] },
      answer_attribution: [{ extracted_value: 'CANARY' }],
      evaluation: { score: id / 4, is_correct: id > 1 },
      token_usage: { total_tokens: 5 },
      performance: { latency_ms: 10 },
    })),
    write: lines,
  },
  langsmith: {
    name: 'experiment.csv',
    records: numbers.map((id) => `run-${id}x,"{""q"":""CANARY ${id}""}",CANARY,CANARY,0.${id},CANARY comment,1.5,`),
    write: (rows) =>
      `id,inputs,outputs,reference_outputs,correctness,remark,execution_time,error\n${rows.join('\n')}\n`,
  },
  langfuse: {
    name: 'traces.csv',
    records: numbers.map((id) => `t${id},CANARY ${id},CANARY,0.4,0.001,30,DEFAULT,2,[0.${id}],CANARY`),
    write: (rows) =>
      `id,input,output,latency,totalCost,totalTokens,level,observationCount,faithfulness,verdict\n${rows.join('\n')}\n`,
  },
  braintrust: {
    name: 'experiment.json',
    records: numbers.map((id) => ({
      id: `row-${id}`,
      span_id: `s${id}`,
      root_span_id: `s${id}`,
      input: `CANARY ${id}`,
      output: 'CANARY',
      expected: 'CANARY',
      scores: { Factuality: id / 4 },
      metrics: { start: 10, end: 12.5, tokens: 44 },
    })),
    write: json,
  },
  ragas: {
    name: 'ragas.csv',
    records: numbers.map((id) => `CANARY ${id},['CANARY'],CANARY,CANARY,0.${id},nan`),
    write: (rows) =>
      `user_input,retrieved_contexts,response,reference,faithfulness,answer_relevancy\n${rows.join('\n')}\n`,
  },
  junit: {
    name: 'report.xml',
    records: numbers.map(
      (id) =>
        `<testcase classname="tests.bot" name="case-${id}" time="0.${id + 1}">${id > 1 ? '' : '<failure message="CANARY">CANARY</failure>'}<system-out>CANARY</system-out></testcase>`,
    ),
    write: (cases) => `<?xml version="1.0"?><testsuites><testsuite name="s">${cases.join('')}</testsuite></testsuites>`,
  },
}

function read(content: string | Uint8Array, options: ReadingOptions & { format?: FormatName } = {}): EvaluationRun {
  return runOf(importResults(fileOf(content), options))
}

function faultsOf(content: string | Uint8Array, options: ReadingOptions & { format?: FormatName } = {}, name?: string) {
  const imported = importResults(fileOf(content, name), options)
  return imported.ok ? [] : imported.faults
}

const byId = ({ cases }: EvaluationRun) => new Map(cases.map((it) => [it.caseId, it]))
const metricsOf = ({ metrics }: EvaluationRun) => metrics.map(({ name, direction }) => `${name} ${direction}`)

describe.each(FORMAT_NAMES)('%s', (format) => {
  const { name, records, write } = samples[format]
  const run = runOf(importResults(fileOf(write(records), name)))

  test('is recognised by its bytes, and read as itself when it is asked for', () => {
    expect(recogniseFormat(fileOf(write(records)).bytes, name)).toBe(format)
    expect(read(write(records), { format })).toEqual(run)
    expect(evaluationRunSchema.parse(run)).toEqual(run)
    expect([run.format, run.cases.length]).toEqual([format, 4])
  })

  test('P1.2: keeps no content, and counts what it drops', () => {
    expect(write(records)).toContain('CANARY')
    expect(JSON.stringify(run)).not.toContain('CANARY')
    expect(run.dropped.length).toBeGreaterThan(0)
  })

  test('gives the same metrics and cases in any order of its records', () => {
    const orders = fc.shuffledSubarray([...records], { minLength: records.length })
    fc.assert(
      fc.property(orders, (order) => {
        const again = read(write(order), { format })
        expect(again.metrics).toEqual(run.metrics)
        expect(byId(again)).toEqual(byId(run))
        expect(new Set(again.dropped.map(({ field, count }) => `${field} ${count}`))).toEqual(
          new Set(run.dropped.map(({ field, count }) => `${field} ${count}`)),
        )
      }),
      { numRuns: 20 },
    )
  })

  test('refuses a file cut short anywhere, or reads what is whole of it, and quotes none of it', () => {
    const text = write(records)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(JSON.stringify(importResults(fileOf(text.slice(0, length), name), { format }))).not.toContain('CANARY')
      }),
      { numRuns: 40 },
    )
  })

  test('refuses bytes that are no text, and an empty file', () => {
    const broken = importResults(fileOf(new Uint8Array([0x22, 0xff, 0xfe, 0x0a])), { format })
    expect(broken.ok).toBe(false)
    expect(importResults(fileOf(''), { format }).ok).toBe(false)
  })
})

describe('recognition', () => {
  test('every format has a place in the registry, and none has two', () => {
    expect(RESULTS_FORMATS.map(({ name }) => name).toSorted()).toEqual(FORMAT_NAMES.toSorted())
  })

  test('a file that shows no format is refused with the formats there are', () => {
    expect(faultsOf('{"hello": 1}')).toEqual([
      { code: 'unknown_format', text: expect.stringContaining('give one of: promptfoo, inspect, lm-eval') },
    ])
  })

  test('one line of JSON Lines is known by its name', () => {
    expect(recogniseFormat(fileOf('{"case_id":"q1","score":1}').bytes, 'a.ndjson')).toBe('jsonl')
    expect(recogniseFormat(fileOf('{"case_id":"q1","score":1}').bytes, 'a.json')).toBeUndefined()
  })

  test('a byte order mark changes nothing', () => {
    for (const format of FORMAT_NAMES.filter((it) => !['csv', 'jsonl'].includes(it))) {
      const { records, write, name } = samples[format]
      const marked = runOf(importResults(fileOf(`\uFEFF${write(records)}`, name)))
      expect([marked.format, marked.cases.length]).toEqual([format, 4])
    }
  })

  test('options that a format can not take are refused, not passed over', () => {
    const { records, write } = samples['deepeval']
    const mapping = { caseId: 'a', metrics: [{ name: 'b', column: 'b', kind: 'continuous' as const }] }
    for (const options of [{ mapping }, { where: [{ column: 'a', equals: 'b' }] }, { provider: 'x' }])
      expect(faultsOf(write(records), options)).toMatchObject([{ code: 'unsuited_option' }])
    expect(faultsOf('case_id,score\na1,1\n', { caseIdVariable: 'a' })).toMatchObject([{ code: 'unsuited_option' }])
  })

  test('numbers that are not finite, which Python writes as words, are unknown', () => {
    const log = json(inspectLog([inspectSample(1, { scores: { match: { value: 0.5 } } }), inspectSample(2)]))
    const run = read(log.replace('0.5}', 'NaN}').replace('"CANARY why"', '"NaN and Infinity"'))
    expect(run.cases.map(({ values }) => values.at(-1))).toEqual([null, 1])
  })
})

describe('Inspect', () => {
  const entries = (records: readonly { id: number }[], method: 'stored' | 'deflated' | 'zstandard') => [
    { name: '_journal/start.json', text: json({ version: 2, eval: inspectLog([]).eval }), method },
    ...records.map((it) => ({ name: `samples/${it.id}_epoch_1.json`, text: json(it), method })),
    { name: 'header.json', text: json({ ...inspectLog([]), samples: undefined }), method },
  ]
  const four = numbers.map((id) => inspectSample(id))

  test.each(['stored', 'deflated', 'zstandard'] as const)('an archive of %s files says the same as JSON', (method) => {
    const archive = zip(entries(four, method))
    expect(recogniseFormat(archive)).toBe('inspect')
    expect({ ...read(archive), sourceDigest: '' }).toEqual({ ...read(json(inspectLog(four))), sourceDigest: '' })
  })

  test('a log without its header is one that was cut: what it has is read, and told', () => {
    const cut = read(zip(entries(four.slice(0, 2), 'deflated').slice(0, -1)))
    expect(cut.notes).toEqual(['The run did not succeed (started): 2 of 0 samples are in the log.'])
    expect(cut.cases).toHaveLength(2)
  })

  test('a cancelled run, samples without a score, ended by a limit or by an error are told', () => {
    const log = inspectLog(
      [
        inspectSample(1),
        inspectSample(2, { scores: null }),
        inspectSample(3, { limit: { type: 'token', limit: 10 } }),
        inspectSample(4, { scores: {}, error: { message: 'CANARY' } }),
      ],
      { status: 'cancelled', eval: { task: 't', dataset: { sample_ids: [1, 2, 3, 4, 5] }, config: { epochs: 2 } } },
    )
    const run = read(json(log))
    expect(run.notes).toEqual([
      'The run did not succeed (cancelled): 4 of 10 samples are in the log.',
      '1 of 4 samples have no score.',
      '1 of 4 samples were ended by a limit.',
    ])
    expect(run.cases.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed', 'error'])
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('letters, words, numbers and scores of several parts are numbers; others are dropped', () => {
    const scores = {
      letter: { value: 'P' },
      word: { value: 'yes' },
      number: { value: '0.25' },
      parts: { value: { a: 1, b: false } },
      prose: { value: 'CANARY constructor' },
      list: { value: [1, 2] },
    }
    const run = read(json(inspectLog([inspectSample(1, { scores })])))
    const named = new Map(run.metrics.map(({ name }, index) => [name, run.cases[0]?.values[index]]))
    expect(named.get('letter')).toBe(0.5)
    expect([named.get('word'), named.get('number'), named.get('parts/a'), named.get('parts/b')]).toEqual([
      1, 0.25, 1, 0,
    ])
    expect([named.has('prose'), named.has('list')]).toEqual([false, false])
    expect(run.dropped.map(({ field }) => field)).toEqual(expect.arrayContaining(['score.prose', 'score.list']))
  })

  test('tokens are those of the model that was evaluated, not of its judge', () => {
    const run = read(json(inspectLog([inspectSample(1)])))
    expect(run.cases[0]?.values).toEqual([1.5, 11, 0])
    expect(run.selection).toBe('acme/large')
  })

  test('epochs are repeats; metadata may name the case and its slice', () => {
    const records = [1, 2].map((epoch) =>
      inspectSample(7, { epoch, metadata: { key: 'k-1', topic: 'refunds', note: 'CANARY' } }),
    )
    expect(new Set(read(json(inspectLog(records))).cases.map(({ caseId }) => caseId))).toEqual(new Set(['7']))
    const named = read(json(inspectLog(records)), { caseIdVariable: 'key', sliceVariable: 'topic' })
    expect(named.cases[0]).toMatchObject({ caseId: 'k-1', slice: 'refunds' })
  })

  test.each([
    ['a cut archive', zip(entries(four, 'deflated')).slice(0, -40), 'no directory'],
    ['two files of one name', zip([...entries(four, 'stored'), { name: 'header.json', text: '{}' }]), 'two files'],
    ['an encrypted file', zip([{ name: 'header.json', text: '{}', isEncrypted: true }]), 'encrypted'],
    [
      'a file that says it is huge',
      zip([{ name: 'header.json', text: '{}', claimedSize: 2 ** 31 }]),
      'unpacks to more',
    ],
    [
      'a file that holds more than it says',
      zip([...entries([], 'stored'), { name: 'samples/1.json', text: `"${'a'.repeat(1e6)}"`, claimedSize: 5 }]),
      'convert the log',
    ],
    ['an archive of something else', zip([{ name: 'word/document.xml', text: '<a/>' }]), 'not an Inspect log'],
  ])('refuses %s, and tells what is wrong', (_, bytes, text) => {
    expect(
      faultsOf(bytes)
        .map((fault) => fault.text)
        .join(),
    ).toContain(text)
  })

  test('no archive of random bytes makes it fail', () => {
    const archive = zip(entries(four, 'deflated'))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const damaged = archive.slice()
          for (const [at, byte] of changes) damaged[at] = byte
          expect(JSON.stringify(importResults(fileOf(damaged), { format: 'inspect' }))).not.toContain('CANARY')
        },
      ),
      { numRuns: 200 },
    )
  })

  test.skipIf(!hasFixtures)('reads real logs (skipped where the shared fixtures are absent)', () => {
    const log = (name: string) => read(fixtureBytes(`evals/inspect/${name}`))
    const scored = log('2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval')
    expect([scored.cases.length, metricsOf(scored)]).toEqual([10, ['tokens down', 'match up']])
    expect(log('2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval').notes).toEqual([
      '10 of 10 samples have no score.',
    ])
    expect(log('2025-05-12T20-28-13-04-00_popularity.json').notes).toEqual([
      'The run did not succeed (cancelled): 3 of 3 samples are in the log.',
    ])
    expect(log('2025-05-12T20-28-26-04-00_security-guide.json').cases).toHaveLength(3)
  })
})

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

describe('LangSmith', () => {
  test('the inputs identify the case, since a run has a new id each time; an example’s id goes before them', () => {
    const run = read(samples['langsmith'].write(samples['langsmith'].records))
    expect(metricsOf(run)).toEqual(['latency_s down', 'correctness up'])
    expect(run.cases[1]?.caseId).toBe(testDigest(json({ q: 'CANARY 1' })))
    const example =
      'id,example_id,inputs.q,outputs.a,feedback.exact,error\nr1,ex-1,CANARY,CANARY,1,CANARY\nr2,ex-2,CANARY,CANARY,0,\n'
    const named = read(example)
    expect(named.cases.map(({ caseId, outcome }) => [caseId, outcome])).toEqual([
      ['ex-1', 'error'],
      ['ex-2', 'completed'],
    ])
    expect(metricsOf(named)).toEqual(['exact up'])
  })

  test('several experiments in a file are chosen from', () => {
    const text = 'inputs,outputs,session_name,score\na,CANARY,exp-1,1\na,CANARY,exp-2,0\n'
    expect(faultsOf(text)[0]?.text).toContain('--where session_name=VALUE: exp-1, exp-2')
    expect(read(text, { where: [{ column: 'session_name', equals: 'exp-2' }] }).cases).toHaveLength(1)
  })
})

describe('Langfuse', () => {
  test('scores of a trace have columns; those of several values are averaged, those of words dropped', () => {
    const run = read(samples['langfuse'].write(samples['langfuse'].records))
    expect(metricsOf(run)).toEqual(['latency_s down', 'cost down', 'tokens down', 'faithfulness up'])
    const twice = samples['langfuse'].write(['t1,CANARY,CANARY,0.4,0.001,30,ERROR,2,"[0.5,1]",'])
    expect(read(twice).cases[0]).toMatchObject({ outcome: 'error', values: [0.4, 0.001, 30, 0.75] })
  })

  test.each([
    ['scores alone', 'id,traceId,source,name,dataType,value,stringValue\ns1,t1,API,ok,NUMERIC,1,\n'],
    ['items of a dataset run', 'id,projectId,datasetItemId,traceId,datasetName\ni1,p,d1,t1,set\n'],
  ])('%s are refused with what to export instead', (_, text) => {
    expect(recogniseFormat(fileOf(text).bytes)).toBe('langfuse')
    expect(faultsOf(text)[0]?.text).toContain('export the traces of each run')
  })
})

describe('Braintrust', () => {
  test('scores and metrics stand in JSON or in columns; spans below a root are left out', () => {
    const run = read(samples['braintrust'].write(samples['braintrust'].records))
    expect(metricsOf(run)).toEqual(['latency_s down', 'tokens down', 'Factuality up'])
    expect(run.cases[1]?.values).toEqual([2.5, 44, 0.25])
    const text =
      'id,span_id,root_span_id,dataset_record_id,input,output,expected,scores.Factuality,metrics.duration,error\n' +
      'a,1,1,d-1,CANARY,CANARY,CANARY,0.5,3,\nb,2,1,,CANARY,CANARY,,,1,\nc,3,3,d-2,CANARY,,CANARY,,,CANARY\n'
    const columns = read(text)
    expect(columns.cases.map(({ caseId, outcome, values }) => [caseId, outcome, values])).toEqual([
      ['d-1', 'completed', [3, 0.5]],
      ['d-2', 'error', [null, null]],
    ])
    expect(columns.notes).toEqual(['1 records that are no cases are left out.'])
  })
})

describe('Ragas', () => {
  test('every column of numbers is a metric, whatever its arguments; of conversations the reference is the case', () => {
    const run = read('user_input,response,factual_correctness(mode=f1),note\nCANARY,CANARY,0.5,CANARY\n')
    expect(metricsOf(run)).toEqual(['factual_correctness-mode-f1 up'])
    const talk = (answer: string) =>
      `user_input,reference,goal\n"[HumanMessage(content='CANARY'), AIMessage(content='${answer}')]",CANARY,1\n`
    expect(read(talk('a')).cases[0]?.caseId).toBe(read(talk('b')).cases[0]?.caseId)
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
