import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sourceOf, testDigest } from '../../testing/fixtures.ts'
import { importResults, type FormatName } from '../index.ts'
import { repeatedKey } from './json-keys.ts'

const found = (text: string): string | undefined => repeatedKey(text, JSON.parse(text))?.key

describe('a key that stands twice in one object', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1,"c":[{"d":1},{"d":1,"d":1}]}}', 'd'],
    [String.raw`{"pass":false,"\u0070ass":true}`, 'pass'],
    ['{"__proto__":1, "__proto__" :2}', '__proto__'],
    [String.raw`{"a\"":1,"a\\":2,"a\"":3}`, 'a"'],
    ['{"":1,"":2}', ''],
  ])('is found in %s', (text, key) => {
    expect(found(text)).toBe(key)
  })

  test.each([
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":1}},"A":2}',
    String.raw`{"a":"\"a\":1","b":"{\"a\":1,\"a\":2}"}`,
    '{"a":"b","b":"a"}',
    '"a"',
    '7',
  ])('is not where each object says its keys once: %s', (text) => {
    expect(found(text)).toBeUndefined()
  })

  test('is found wherever it is put into any document, and nowhere else', () => {
    const document = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify({ kept: value }))
    fc.assert(
      fc.property(document, fc.string(), fc.jsonValue(), (text, key, value) => {
        expect(found(text)).toBeUndefined()
        const member = `${JSON.stringify(key)}:${JSON.stringify(value)}`
        expect(found(`[${text},{${member},"x":{${member},${member}}}]`)).toBe(key)
      }),
    )
  })

  test('is looked for in bounded depth: a document may nest as deep as it likes', () => {
    const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
    expect(found(deep)).toBeUndefined()
    expect(found(deep.replace('1}', '1,"a":2}'))).toBe('a')
  })
})

const twice = '"pass":false,"pass":true'
const scored = '"id":"q-1","score":1,"score":0'

describe('P1.2: a file of which an object says a key twice is refused, whichever of its values would have been read', () => {
  const sample = `{"id":"q-1","epoch":1,"scores":{"match":{"value":"I","value":"C"}}}`
  const files: readonly (readonly [FormatName, string])[] = [
    ['jsonl', `{"case_id":"q-1",${twice}}\n`],
    ['jsonl', `{"case_id":"q-1","pass":1,"deep":{"a":{"b":1,"b":2}}}\n`],
    ['jsonl', `{"case_id":"q-1",${twice},"score":NaN}\n`],
    ['json', `[{"case_id":"q-1",${twice}}]`],
    [
      'promptfoo',
      `{"results":{"version":3,"results":[{"promptIdx":0,"vars":{"q":1},"success":false,"success":true}]}}`,
    ],
    ['promptfoo', `{"results":{"version":3,"results":[],"results":[{"promptIdx":0,"vars":{"q":1},"success":true}]}}`],
    ['promptfoo', `{"promptIdx":0,"testIdx":0,"vars":{"q":1},"success":false,"success":true}\n`],
    ['promptfoo', 'evalId: e\nresults:\n  version: 3\n  version: 4\n  results: []\n'],
    [
      'promptfoo',
      'q,[acme] v1,Status,Score,Named Scores,Grader Reason,Comment\n1,x,PASS,1,"{""tone"":1,""tone"":0}",,\n',
    ],
    ['inspect', `{"version":2,"status":"success","eval":{"task":"t"},"samples":[${sample}]}`],
    ['deepeval', `{"testCases":[{"name":"a-1","success":false,"success":true,"metricsData":[]}]}`],
    ['langsmith', `[{${scored}}]`],
    ['braintrust', 'id,input,output,expected,scores\nr-1,x,y,z,"{""Factuality"":0,""Factuality"":1}"\n'],
    ['lm-eval', `[{"doc_id":1,"acc":0,"acc":1}]`],
    ['openai-evals', `{"type":"match","sample_id":"s.1","data":{"correct":false,"correct":true}}\n`],
    ['every-eval-ever', `{"sample_id":"s-1","evaluation":{"score":0,"score":1}}\n`],
  ]

  test.each(files)('%s: %s', (format, text) => {
    const imported = importResults(sourceOf(text), { format })
    const codes = imported.ok ? [] : imported.faults.map(({ code }) => code)
    expect(codes).toContain('duplicate_key')
  })

  test('with the key where it is one token, and its digest where it may be content', () => {
    const key = 'CANARY said the customer'
    const imported = importResults(sourceOf(`{"case_id":"q-1","${key}":1,"${key}":2}\n`), { format: 'jsonl' })
    const fault = { code: 'duplicate_key', line: 1, column: testDigest(key) }
    expect(imported).toMatchObject({ faults: expect.arrayContaining([expect.objectContaining(fault)]) })
    expect(JSON.stringify(imported)).not.toContain('CANARY')
  })

  test('what a model wrote is a text, and may say a key twice', () => {
    const row = 'r-1,x,"{""a"":1,""a"":2}",z,"{""Factuality"":1}"'
    const text = `id,input,output,expected,scores\n${row}\n`
    expect(importResults(sourceOf(text), { format: 'braintrust' }).ok).toBe(true)
  })
})
