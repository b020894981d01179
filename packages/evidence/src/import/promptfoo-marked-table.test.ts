import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf, rowsOf } from '../../testing/fixtures.ts'
import { importResults, type PromptfooOptions, recogniseFormat } from '../index.ts'

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
const tableOf = (rows: readonly (readonly string[])[], separator = ','): string =>
  rows.map((row) => row.map(quoted).join(separator)).join('\n')
const cell = (mark: string, score = '1.00', more = ''): string =>
  `[${mark}] (${score}${more})\n\nCANARY answer, with "quotes"\n\n${mark === 'PASS' ? 'Pass' : 'Fail'} Reason: CANARY reason`
const read = (text: string, options: PromptfooOptions = {}) => importResults(fileOf(text, 'results.csv'), options)

const two = [
  ['question', 'topic', '[acme:large] support-v1', '[acme:small] support-v1'],
  ['CANARY q1', 'refunds', cell('PASS', '0.75', ', tone: 0.50, on, topic: 1.00'), cell('FAIL', '0.00')],
  ['CANARY q2', 'orders', cell('FAIL', '0.25', ', tone: 0.00, on, topic: 0.00'), cell('PASS')],
  ['CANARY q3', 'orders', cell('ERROR', '0.00'), ''],
]

describe('a table of promptfoo whose outputs stand behind their marks', () => {
  test.each([',', ';', '\t', '|'])(
    'is read with each provider a selection of its own, separated by %j',
    (separator) => {
      const text = tableOf(two, separator)
      expect(recogniseFormat(fileOf(text, 'results.csv'))).toBe('promptfoo')
      const large = rowsOf(read(text, { provider: 'acme:large', sliceVariable: 'topic' }))
      expect(large.metrics.map(({ name }) => name)).toEqual(['pass', 'score', 'on-topic', 'tone'])
      const rows = large.cases.map(({ slice, outcome, values }) => [slice, outcome, values[0], values[1]])
      expect(rows.length).toBe(3)
      expect(rows).toEqual(
        expect.arrayContaining([
          ['refunds', 'completed', 1, 0.75],
          ['orders', 'completed', 0, 0.25],
          ['orders', 'error', 0, 0],
        ]),
      )
      const small = rowsOf(read(text, { provider: 'acme:small' }))
      expect(small.cases.map(({ values }) => values[0])).toEqual(expect.arrayContaining([0, 1]))
      // The same tests are the same cases, whichever column they are read from.
      const ids = new Set(large.cases.map(({ caseId }) => caseId))
      expect(small.cases.every(({ caseId }) => ids.has(caseId))).toBe(true)
      expect(JSON.stringify([large, small])).not.toContain('CANARY')
    },
  )

  test('asks which provider is meant where there are several', () => {
    const result = read(tableOf(two))
    expect(result.ok ? [] : result.faults).toMatchObject([
      { code: 'ambiguous_selection', text: expect.stringContaining('acme:large, acme:small') },
    ])
  })

  test('is read as the first versions wrote it: without a provider and a score', () => {
    const text = tableOf([
      ['q', 'Answer {{q}} politely'],
      ['1', '[PASS] CANARY (5)'],
      ['2', '[FAIL] CANARY reason\n---\nCANARY'],
    ])
    const run = rowsOf(read(text))
    expect(run.metrics.map(({ name }) => name)).toEqual(['pass'])
    expect(run.cases.map(({ values }) => values[0])).toEqual(expect.arrayContaining([0, 1]))
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('gives the cases that the other table of the same tests gives', () => {
    const other = tableOf([
      ['question', 'topic', '[acme:large] support-v1', 'Status', 'Score', 'Named Scores', 'Grader Reason', 'Comment'],
      ['CANARY q1', 'refunds', 'CANARY', 'PASS', '0.75', '', '', ''],
      ['CANARY q2', 'orders', 'CANARY', 'FAIL', '0.25', '', '', ''],
    ])
    const ids = (text: string): string[] =>
      rowsOf(read(text, { provider: 'acme:large' })).cases.map(({ caseId }) => caseId)
    expect(ids(tableOf(two))).toEqual(expect.arrayContaining(ids(other)))
    // And in the separator of a spreadsheet in another language.
    expect(ids(other.replaceAll('","', '";"'))).toEqual(ids(other))
  })

  test('names the line of an output without a mark, and of a row of another width, and nothing of either', () => {
    const bare = read(tableOf([...two, ['CANARY q4', 'orders', cell('PASS'), 'CANARY without a mark']]), {})
    expect(bare.ok ? [] : bare.faults.map(({ code, line }) => [code, line])).toContainEqual(['malformed', 29])
    const ragged = read(`${tableOf(two)}\n"CANARY","x"`)
    expect(ragged.ok ? [] : ragged.faults.map(({ code }) => code)).toContain('ragged_row')
    expect(JSON.stringify([bare, ragged])).not.toContain('CANARY')
  })

  test('is no table of somebody else: a column of bare marks, and marks within a text', () => {
    for (const text of ['case_id,score,status\n1,0.5,[PASS]\n2,0.7,[FAIL]\n', 'case_id,score\n"see [PASS] here",1\n'])
      expect(recogniseFormat(fileOf(text, 'results.csv'))).toBe('csv')
  })
})

test('whatever stands behind the marks, a test passes by its mark alone, in any order of rows', () => {
  const row = fc.record({
    mark: fc.constantFrom('PASS', 'FAIL', 'ERROR'),
    output: fc.string({ maxLength: 40, unit: 'binary' }).map((it) => it.replaceAll('\u0000', '')),
  })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const lines = rows.map(({ mark, output }, index) => [`q${index}`, `[${mark}] (0.50)\n\n${output}`])
      const header = ['q', '[acme] v1']
      const outcomes = (body: readonly (readonly string[])[]): unknown[] =>
        rowsOf(read(tableOf([header, ...body]))).cases.map(({ caseId, outcome, values }) => [caseId, outcome, values])
      const passed = rowsOf(read(tableOf([header, ...lines]))).cases.filter(
        ({ outcome, values }) => outcome === 'completed' && values[0] === 1,
      )
      expect(passed.length).toBe(rows.filter(({ mark }) => mark === 'PASS').length)
      expect(outcomes(lines.toReversed())).toEqual(outcomes(lines))
    }),
    { numRuns: 25 },
  )
})
