import { describe, expect, test } from 'vitest'
import { fileOf, sourceOf, testDigest } from '../../../testing/fixtures.ts'
import { faultsOf, metricsOf, readResults as read } from '../../../testing/read-results.ts'
import { json, samples } from '../../../testing/result-samples.ts'
import { casesOf, importResults, recogniseFormat } from '../../index.ts'

describe('LangSmith', () => {
  test('the inputs identify the case, since a run has a new id each time; an example’s id goes before them', () => {
    const run = read(samples['langsmith'].write(samples['langsmith'].records))
    expect(metricsOf(run)).toEqual(['latency_s down', 'correctness up'])
    expect(run.cases.map(({ caseId }) => caseId)).toContain(testDigest(json({ q: 'CANARY 1' })))
    const example =
      'id,example_id,inputs.q,outputs.a,feedback.exact,error\nr1,ex-1,CANARY,CANARY,1,CANARY\nr2,ex-2,CANARY,CANARY,0,\n'
    const named = read(example)
    expect(named.cases.map(({ caseId, outcome }) => [caseId, outcome])).toEqual([
      ['ex-1', 'error'],
      ['ex-2', 'completed'],
    ])
    expect(metricsOf(named)).toEqual(['exact null'])
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
    expect(recogniseFormat(fileOf(text))).toBe('langfuse')
    expect(faultsOf(text)[0]?.text).toContain('export the traces of each run')
  })
})

describe('Braintrust', () => {
  test('scores and metrics stand in JSON or in columns; spans below a root are left out', () => {
    const run = read(samples['braintrust'].write(samples['braintrust'].records))
    expect(metricsOf(run)).toEqual(['latency_s down', 'tokens down', 'Factuality up'])
    expect(run.cases.map(({ values }) => values)).toContainEqual([2.5, 44, 0.25])
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

test.each([
  ['langsmith', 'id,inputs,outputs,reference_outputs,Qualität'],
  ['langfuse', 'id,input,output,latency,totalCost,observationCount,Qualität'],
  ['braintrust', 'id,input,output,expected,scores.Qualität,span_id,root_span_id'],
] as const)('%s: an export that a spreadsheet saved in Windows-1252 is read, and that is told', (format, header) => {
  const cells = header
    .split(',')
    .map((name) => (/Qual/.test(name) ? '0.5' : /latency|Cost|Count/.test(name) ? '1' : 'Straße'))
  const text = `${header}\n${cells.join(',')}\n`
  const [unicode, windows] = ['utf8', 'latin1'].map((encoding) =>
    importResults(sourceOf(Buffer.from(text, encoding as BufferEncoding)), { format }),
  )
  if (!unicode?.ok || !windows?.ok) throw new Error(JSON.stringify([unicode, windows]))
  expect(windows.run.metrics).toEqual(unicode.run.metrics)
  expect(casesOf(windows.run.cases)).toEqual(casesOf(unicode.run.cases))
  expect(windows.run.notes).toContainEqual(expect.stringContaining('Windows-1252'))
  expect(unicode.run.notes ?? []).not.toContainEqual(expect.stringContaining('Windows-1252'))
})
