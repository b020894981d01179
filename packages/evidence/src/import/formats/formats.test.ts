import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf, rowsOf } from '../../../testing/fixtures.ts'
import { byId, faultsOf, readResults as read } from '../../../testing/read-results.ts'
import { inspectLog, inspectSample, json, samples } from '../../../testing/result-samples.ts'
import { evaluationRunSchema, FORMAT_NAMES, importResults, recogniseFormat, RESULTS_FORMATS } from '../../index.ts'

describe.each(FORMAT_NAMES)('%s', (format) => {
  const { name, records, write } = samples[format]
  const run = rowsOf(importResults(fileOf(write(records), name)))

  test('is recognised by its bytes, and read as itself when it is asked for', () => {
    expect(recogniseFormat(fileOf(write(records), name))).toBe(format)
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
      { code: 'unknown_format', text: expect.stringContaining('one of promptfoo, inspect, lm-eval') },
    ])
  })

  test('one line of JSON Lines is known by its name', () => {
    expect(recogniseFormat(fileOf('{"case_id":"q1","score":1}', 'a.ndjson'))).toBe('jsonl')
    expect(recogniseFormat(fileOf('{"case_id":"q1","score":1}', 'a.json'))).toBeUndefined()
  })

  test('a byte order mark changes nothing', () => {
    for (const format of FORMAT_NAMES.filter((it) => !['csv', 'jsonl'].includes(it))) {
      const { records, write, name } = samples[format]
      const marked = rowsOf(importResults(fileOf(`\uFEFF${write(records)}`, name)))
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
