import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf } from '../../testing/fixtures.ts'
import { importResults } from './formats/index.ts'
import { previewResults, sliceNames } from './preview.ts'

const table = (content: string, options = {}) => previewResults(fileOf(content), options)
const rolesOf = (content: string) =>
  Object.fromEntries(table(content).columns.map(({ name, takenFor, why }) => [name, `${takenFor}: ${why}`]))

describe('columns', () => {
  test('are told with what each is taken for, and why', () => {
    const rows = ['id,topic,correct,latency_ms,answer,model,row,extra', 'a1,refunds,1,120,no thanks,large,1,']
    const more = Array.from({ length: 9 }, (_, at) => `b${at},billing,0,1${at}0,of course ${at},large,${at + 2},`)
    expect(rolesOf([...rows, ...more].join('\n'))).toEqual({
      id: 'case: usual_name',
      topic: 'nothing: words',
      correct: 'metric: usual_name',
      latency_ms: 'metric: usual_name',
      answer: 'nothing: words',
      model: 'nothing: configuration',
      row: 'nothing: counts',
      extra: 'nothing: empty',
    })
    const { columns, run, faults } = { ...table([...rows, ...more].join('\n')), run: null, faults: [] }
    expect([run, faults]).toEqual([null, []])
    expect(columns.find(({ name }) => name === 'topic')).toMatchObject({ canSlice: true, distinct: 2, place: 1 })
    expect(columns.find(({ name }) => name === 'answer')?.canSlice).toBe(false)
    expect(columns.find(({ name }) => name === 'correct')).toMatchObject({ kind: 'binary', direction: 'up' })
  })

  test('are guessed by what they hold where no name is usual, although the import would refuse the file', () => {
    const seen = table('ticket,grade\nT-1,0.5\nT-2,0.75\n')
    expect(seen.result.ok).toBe(false)
    expect(seen.columns.map(({ name, takenFor, why }) => [name, takenFor, why])).toEqual([
      ['ticket', 'case', 'tells_rows_apart'],
      ['grade', 'metric', 'numbers'],
    ])
  })

  test('that tell configurations apart list them: the file may hold both sides', () => {
    const seen = table('id,model,correct\n1,large,1\n2,large,1\n1,small,0\n2,small,1\n')
    expect(seen.columns[1]?.choices).toEqual(['large', 'small'])
    expect(seen.result.ok).toBe(false)
  })

  test('P1.2: of a name that is no plain word the digest is shown, and of cells nothing', () => {
    const seen = table('id,what the customer said,correct\n1,my canary died,1\n2,so did mine,0\n')
    const text = JSON.stringify({ ...seen, result: null })
    expect(text).not.toMatch(/customer|canary|mine/)
    expect(seen.columns[1]?.name).toMatch(/^hmac-/)
    expect(seen.columns[1]?.place).toBe(1)
  })
})

test('a promptfoo file of two providers offers both, and the variables that could name slices', () => {
  const result = (provider: string, topic: string, q: string) => ({
    provider,
    promptIdx: provider === 'large' ? 0 : 1,
    prompt: { raw: 'x', label: 'support' },
    vars: { topic, q },
    success: true,
    score: 1,
  })
  const results = ['large', 'small'].flatMap((provider) =>
    ['refunds', 'billing', 'refunds'].map((topic, at) =>
      result(provider, topic, `a sentence of number ${at}, that is`),
    ),
  )
  const file = JSON.stringify({ results: { version: 3, results } })
  const seen = table(file)
  expect(seen).toMatchObject({ format: 'promptfoo', takes: ['variables', 'selection'] })
  expect(seen.choices).toEqual([{ by: 'provider', names: ['large', 'small'] }])
  expect(seen.variables).toEqual([{ name: 'topic', values: 2 }])
  const one = table(file, { provider: 'small', sliceVariable: 'topic' })
  expect(one.result.ok && sliceNames(one.result.run.cases)).toEqual(['billing', 'refunds'])
})

test('Property: it finds what an import finds: the same run, or the same faults', () => {
  const cell = fc.constantFrom('1', '0', '0,5', '85%', 'yes', 'words', '', 'N/A')
  const rows = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', ''), cell, cell), { maxLength: 8 })
  fc.assert(
    fc.property(rows, fc.constantFrom('id,correct,note', 'key,score,model', 'id,id,correct'), (cells, head) => {
      const content = [head, ...cells.map((row) => row.join(','))].join('\n')
      expect(table(content).result).toEqual(importResults(fileOf(content)))
    }),
    { numRuns: 30 },
  )
})
