import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'

test('cells with separators, quotes and line ends are quoted, numbers and nothing are as they are', () => {
  expect(
    toCsv([
      ['id', 'note', 'n'],
      ['a,b', 'say "no"', -1.5],
      ['c', null, 0],
    ]),
  ).toBe('id,note,n\r\n"a,b","say ""no""",-1.5\r\nc,,0\r\n')
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\u202e=1', '＝1', '\r\n=1', '%0A=1', '|cmd'])(
  '%j is no formula any more',
  (text) => {
    expect(toCsv([[text]])).toMatch(/^"?'/)
  },
)

test('Property: whatever the text, no cell begins as a formula, and it is read back whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const cell = toCsv([[text]]).slice(0, -2)
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
      expect(read).not.toMatch(/^[=+\-@\t\r]/)
      expect([text, `'${text}`]).toContain(read)
    }),
  )
})
