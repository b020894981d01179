import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importResults, type MetricKind } from '../index.ts'
import { fileOf } from '../../testing/fixtures.ts'
import { lookOfTables, tablesIn } from './json-tables.ts'

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `c${index}`, correct: index % 2 }))
const keyed = (count: number) => Object.fromEntries(rows(count).map(({ id, correct }) => [id, { correct, cost: 2 }]))

/** The lines that jq makes of a document. */
const linesOf = (document: unknown, filter: string): unknown[] =>
  execFileSync('jq', ['-c', filter], { input: JSON.stringify(document), encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

const shapes: readonly (readonly [what: string, document: unknown, looks: readonly string[]])[] = [
  ['objects by id', keyed(2), ['a JSON object with an object for each id']],
  [
    'objects by id under a key',
    { run: 'a', results: keyed(5) },
    ['a JSON object with an object for each id at /results'],
  ],
  ['objects by id that have an id', { a: rows(2)[0], b: rows(2)[1] }, ['a JSON object with an object for each id']],
  ['objects by id deep within', { a: { b: { c: keyed(3) } } }, ['a JSON object with an object for each id at /a/b/c']],
  ['an array', rows(3), ['a JSON array of objects']],
  ['an array under a key', { results: rows(3), n: 3 }, ['a JSON array of objects at /results']],
  [
    'two arrays',
    { totals: rows(2), results: rows(9) },
    ['a JSON array of objects at /results', 'a JSON array of objects at /totals'],
  ],
  [
    'an array and objects by id',
    { before: rows(2), after: keyed(3) },
    ['a JSON object with an object for each id at /after', 'a JSON array of objects at /before'],
  ],
  [
    'numbers by id',
    Object.fromEntries(rows(12).map(({ id, correct }) => [id, correct])),
    ['a JSON object with a number for each id'],
  ],
  ['lists for columns', { id: ['a', 'b', 'c'], correct: [1, 0, 1] }, ['JSON with a list for each column']],
  [
    'rows for columns',
    { correct: { 0: 1, 1: 0, 2: 1 }, cost: { 0: 3, 1: 2, 2: 2 } },
    ['JSON with an object of rows for each column'],
  ],
]

describe('JSON documents that hold rows', () => {
  test.each(shapes)('%s: each place is told, and jq makes the rows of it', (_what, document, looks) => {
    const tables = tablesIn(JSON.stringify(document))
    expect(tables.map(({ look }) => look)).toEqual(looks)
    expect(lookOfTables(tables)).toBe(`this looks like ${looks.join(' and ')}`)
    for (const { filter, objects } of tables) expect(linesOf(document, filter)).toEqual(objects)
  })

  test.each(shapes.filter(([what]) => what !== 'an array'))(
    '%s: the command that is proposed reads them',
    (_what, document) => {
      for (const format of [undefined, 'json'] as const) {
        const result = importResults(fileOf(JSON.stringify(document), 'results.json'), { format })
        if (result.ok) throw new Error('it is no table yet')
        const [fault] = result.faults
        expect(fault?.code).toBe('not_a_table')
        const [, filter = '', made = ''] =
          /jq -c '([^']+)' results\.json > (results\.[\w.]*jsonl)/.exec(fault?.text ?? '') ?? []
        expect(fault?.text).toContain(`afterai import ${made} --case`)
        const lines = linesOf(document, filter).map((line) => JSON.stringify(line))
        const [, caseId = ''] = / --case (\w+)/.exec(fault?.text ?? '') ?? []
        const metrics = [...(fault?.text ?? '').matchAll(/--metric (\w+)=(\w+):(\w+)/g)].map(
          ([, name = '', column = '', kind = '']) => ({ name, column, kind: kind as MetricKind }),
        )
        const read = importResults(fileOf(lines.join('\n'), made), { mapping: { caseId, metrics } })
        expect(read.ok && read.run.cases.rows).toBe(lines.length)
      }
    },
  )

  test.each([
    ['totals of a run', { accuracy: 0.9, f1: 0.8 }],
    ['many totals of a run', { accuracy: 0.9, ...Object.fromEntries(rows(12).map(({ id }) => [id, 1])) }],
    ['settings', { model: { name: 'm' }, prompt: { text: 'x' } }],
    ['lists of other lengths', { a: [1, 2], b: [1] }],
    ['a number', 7],
    ['nothing', {}],
  ])('%s are no rows', (_what, document) => {
    expect(tablesIn(JSON.stringify(document))).toEqual([])
  })

  test('P1.2: a key that is no plain word is never told, and the rows under it aren’t looked for', () => {
    fc.assert(
      fc.property(fc.constantFrom("Ada's results", 'what is it?', 'a b', '"', '患者'), (key) => {
        expect(tablesIn(JSON.stringify({ [key]: rows(3) }))).toEqual([])
        const [table] = tablesIn(JSON.stringify({ [key]: { correct: 1 }, other: { correct: 0 } }))
        expect([table?.look, table?.filter].join()).not.toContain(key)
      }),
    )
  })
})
