import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileOf } from '../../testing/fixtures.ts'
import { importResults } from '../index.ts'
import { lookAtJson } from './json-look.ts'

const looks: readonly (readonly [text: string, line: number, column: number, pointer: string, words: string])[] = [
  ['{"a": 1,}', 1, 9, '/a', 'a key in double quotes is expected, and a closing } is there'],
  ['[1, 2,\n ]', 2, 2, '/2', 'a value is expected, and a closing ] is there'],
  ['{"results": [{"id": 1} {"id": 2}]}', 1, 24, '/results/0', 'a comma or ] is expected, and an object is there'],
  ["{'a': 1}", 1, 2, '/0', 'a key in double quotes or } is expected, and a single quote'],
  ['{"a": True}', 1, 7, '/a', 'a value is expected, and a word of Python'],
  ['{"a" 1}', 1, 6, '/a', 'a colon is expected, and a number'],
  ['{"a": 1 // CANARY\n}', 1, 9, '/a', 'a comma or } is expected, and a comment'],
  ['[{"a": "CANARY\n"}]', 1, 15, '/0/a', 'closing quote is expected, and a line break'],
  ['{"a": "CANARY', 1, 7, '/a', 'a string that is closed is expected'],
  ['[1', 1, 3, '/0', 'it ends where a comma or ] is expected'],
  ['{"a": [', 1, 8, '/a/0', 'it ends where a value is expected'],
  ['{"a": 01}', 1, 8, '/a', 'a comma or } is expected, and a number'],
  ['{"what the customer said, CANARY": [x]}', 1, 37, '/*/0', 'a word without quotes'],
  ['{"a": 1} CANARY', 1, 10, '', 'the end of the file is expected, and a word'],
]

test.each(looks)('%j stops being JSON where it does, and what stood there is never quoted', (text, ...expected) => {
  const look = lookAtJson(text)
  expect([look?.line, look?.column, look?.pointer]).toEqual(expected.slice(0, 3))
  expect(look?.text).toContain(expected[3])
  expect(JSON.stringify(look)).not.toContain('CANARY')
})

describe('for any text', () => {
  const json = fc.json({ maxDepth: 4 })
  const piece = fc.constantFrom(...'{}[],:"\'\\/ \n1.-eE'.split(''), 'true', 'null', 'NaN', 'a', '\u0000', '😀')
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }

  test('it finds a fault exactly where a parser does', () => {
    const broken = fc
      .tuple(json, fc.nat(), fc.oneof(piece, fc.constant('')), fc.nat({ max: 2 }))
      .map(([text, at, put, cut]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + put + text.slice(place + cut)
      })
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          broken,
          fc.array(piece, { maxLength: 12 }).map((it) => it.join('')),
        ),
        (text) => {
          // What Python writes for numbers passes here, and JSON's own white space is less than a text's.
          fc.pre(!/NaN|Infinity|[^\S \n\r\t]/.test(text))
          expect([text, lookAtJson(text) === undefined]).toEqual([text, isJson(text)])
        },
      ),
      { numRuns: 1500 },
    )
  })

  test('a sequence of values is none where each is whole', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 4 }), (values) => {
        expect(lookAtJson(values.join('\n'), { isSequence: true })).toBeUndefined()
      }),
    )
  })
})

const files: readonly (readonly [name: string, text: string, place: object])[] = [
  [
    'results.json',
    '{"evalId": "e", "results": {"version": 3, "results": [{"success": true,}]}}',
    { line: 1, pointer: '/results/results/0/success' },
  ],
  ['rows.json', '[{"id": "a1", "score": 1},\n {"id": "a2" "score": 1}]', { pointer: '/1/id' }],
  ['rows.jsonl', '{"id": "a1", "score": 1}\n{"id": "a2", "score": }\n', { line: 2, pointer: '/score' }],
  ['cut.json', '{"anything": [{"id": "a1", "score": 1', { line: 1, pointer: '/anything/0/score' }],
  ['python.json', "{'id': 'a1', 'score': 1}", { line: 1 }],
]

test.each(files)('%s that can’t be read is answered with its place and what was expected', (name, text, place) => {
  const result = importResults(fileOf(text, name))
  const [fault] = result.ok ? [] : result.faults
  expect(fault).toMatchObject({ code: 'malformed', ...place })
  expect(fault?.text).toMatch(/^not valid JSON(?: \(line \d+\))?, column \d+: .* (?:is expected|is there)/)
})

test('a place that lies deep is told by its beginning', () => {
  expect(lookAtJson('['.repeat(100_000))?.pointer).toBe(`${'/0'.repeat(32)}/… (100000 levels)`)
  expect(lookAtJson('['.repeat(32))?.pointer).toBe('/0'.repeat(32))
})
