import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileOf, rowsOf } from '../../testing/fixtures.ts'
import { importCsv } from '../index.ts'
import { isRow } from './csv-header.ts'

const codesOf = (text: string): string[] => {
  const result = importCsv(fileOf(text, 'my runs.csv'))
  return result.ok ? [] : result.faults.map(({ code }) => code)
}

test.each([
  ['numbers alone', '7,1,120\n8,0,90\n9,1,80\n'],
  ['a counter and outcomes', '0,1\n1,0\n2,1\n'],
  ['ids and numbers', 'case-1,1,0.5\ncase-2,0,0.7\n'],
  ['ids, a word that comes again, and numbers', 'q7,billing,0.4\nq8,billing,0.9\n'],
  ['UUIDs', '0198aa2c-0000-4000-8000-00000000000a,1\n0198ab2c-0000-4000-8000-00000000000b,0\n'],
  ['percentages', 'a1,85%\na2,90%\n'],
  ['semicolons', '7;1;20\n8;0;30\n9;1;25\n'],
])('P6.6: a file without a header (%s) doesn’t lose its first row: it is told, with the way on', (_what, text) => {
  const result = importCsv(fileOf(text, 'my runs.csv'))
  if (result.ok) throw new Error('its first row was taken for a header')
  expect(result.faults).toMatchObject([{ code: 'header_missing', line: 1 }])
  expect(result.faults[0]?.text).toMatch(/\(echo 'id[,;]column_2.*'; cat 'my runs\.csv'\) > 'my runs\.named\.csv'/)
  expect(result.faults[0]?.text).not.toMatch(/billing|case-1/)
})

test.each([
  ['names', 'id,correct\n1,1\n2,0\n'],
  ['one name of a number', 'id,2024\n1,1\n2,0\n'],
  ['years', '2023,2024\n0.5,0.7\n0.6,0.2\n'],
  ['places, as pandas writes them', '0,1,2\nq7,1,0.5\nq8,0,0.7\n'],
  ['places without a name over the first', ',0,1\n0,1,0.5\n1,0,0.5\n'],
  ['numbered names', 'q1,q2\n5,3\n4,2\n'],
  ['a header alone', '1,2,9\n'],
])('a header of %s is one', (_what, text) => {
  expect(codesOf(text)).not.toContain('header_missing')
})

test('a header with a word over numbers is one, whatever follows; without it the rows are never read as fewer', () => {
  const rows = fc.array(fc.tuple(fc.nat(999), fc.constantFrom('0', '1')), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(rows, (numbers) => {
      const lines = numbers.map(([latency, correct], index) => `c-${index},${correct},${latency}`)
      const named = importCsv(fileOf(['id,correct,latency_ms', ...lines].join('\n')))
      expect(rowsOf(named).cases.length).toBe(numbers.length)
      expect(codesOf(lines.join('\n'))).toEqual(['header_missing'])
    }),
  )
})

test('a record is a row only beside others of its width', () => {
  expect(isRow(['1', '5'], [])).toBe(false)
  expect(isRow(['1', '5'], [['1', '2', '3']])).toBe(false)
  expect(isRow(['1', '5'], [['2', '7']])).toBe(true)
})
