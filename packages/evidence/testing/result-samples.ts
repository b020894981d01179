import type { FormatName } from '../src/index.ts'

/** Writes JSON. */
export const json = (value: unknown): string => JSON.stringify(value)
/** Writes JSON Lines. */
export const lines = (records: readonly unknown[]): string => records.map(json).join('\n')
/** Four of whatever is made of a number. */
export const numbers: readonly number[] = [0, 1, 2, 3]

/** A log of Inspect with these samples. */
export const inspectLog = (samples: readonly unknown[], more: object = {}) => ({
  version: 2,
  status: 'success',
  eval: { task: 't', model: 'acme/large', dataset: { samples: samples.length }, config: { epochs: 1 } },
  ...more,
  samples,
})
/** A sample of Inspect's. */
export const inspectSample = (id: number, more: object = {}) => ({
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
export const samples: Readonly<
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
