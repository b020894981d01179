import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecords } from './csv-records.ts'

function read(pieces: readonly string[], separator = ','): unknown[] {
  return [...readRecords(pieces, separator)].map((record) => ('cells' in record ? record.cells : record))
}

const cell = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"', ',', ';', '\n', '\r', '😀'), maxLength: 6 })

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

describe('records of a CSV file', () => {
  test('are those that csv-parse reads, wherever the text is cut into pieces', () => {
    const tables = fc.record({
      rows: fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
      end: fc.constantFrom('\n', '\r\n'),
      cuts: fc.array(fc.nat(80), { maxLength: 5 }),
    })
    fc.assert(
      fc.property(tables, ({ rows, end, cuts }) => {
        const text = rows.map((row) => row.map(quoted).join(',') + end).join('')
        const borders = [0, ...cuts.filter((cut) => cut < text.length), text.length].toSorted((a, b) => a - b)
        const pieces = borders.slice(1).map((border, index) => text.slice(borders[index], border))
        expect(read(pieces)).toEqual(parse(text, { relax_column_count: true, skip_empty_lines: true }))
      }),
    )
  })

  test('are the same when every character is a piece of its own', () => {
    const text = 'a,"b ""x"" \r\n,y",\r\n\r\nc,d"e,f\r"",,"last"'
    const whole = [
      ['a', 'b "x" \r\n,y', ''],
      ['c', 'd"e', 'f'],
      ['', '', 'last'],
    ]
    expect(read([text])).toEqual(whole)
    expect(read(Array.from(text))).toEqual(whole)
  })

  test('carry the line that they end on', () => {
    const lines = [...readRecords(['a,b\n"x\ny",1\n\n\nc,d\r\ne,"\r\n"'], ',')].map(({ line }) => line)
    expect(lines).toEqual([1, 3, 6, 8])
  })

  test.each([
    ['an open quote', 'a,b\nc,"d\n', 'malformed', 2],
    ['text after a closing quote', 'a,b\n\nc,"d"e\n', 'malformed', 3],
    ['too many columns', `a\n${','.repeat(3_000_000)}`, 'too_large', 2],
    ['too long a record', `a\n${'x'.repeat(10_000_000)}`, 'too_large', 2],
    ['too long a quoted cell', `a\n${'"'.repeat(10_000_000)}`, 'too_large', 2],
  ])('end at %s', (_, text, fault, line) => {
    const pieces = Array.from({ length: Math.ceil(text.length / 65_536) }, (_, index) =>
      text.slice(index * 65_536, (index + 1) * 65_536),
    )
    expect(read(pieces).at(-1)).toMatchObject({ fault, line })
  })
})
