import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvColumns } from './file-head.ts'

test('names and values are read as the import reads them: quotes, blank and repeated names, separators', () => {
  const text = 'id;Score;Score;;"a;b"\r\n1;0,5;1;x;"say ""no"""\r\n2;0,7;0;y;z\r\n'
  const found = csvColumns(text, 5, true)
  expect([0, 1, 2, 3, 4].map((place) => found?.nameOf(place))).toEqual(['id', 'Score#1', 'Score#2', 'column-4', 'a;b'])
  expect(found?.examplesOf(1)).toEqual(['0,5', '0,7'])
  expect(found?.examplesOf(4)).toEqual(['say "no"', 'z'])
})

test('a row that is cut off at the end of what was read shows nothing, and a header of another width nothing at all', () => {
  expect(csvColumns('id,score\n1,0.5\n2,0.', 2, false)?.examplesOf(1)).toEqual(['0.5'])
  expect(csvColumns('id,score\n1,0.5\n', 3, true)).toBeUndefined()
  expect(csvColumns('sep=|\nid|score\n1|0.5\n', 2, true)?.nameOf(1)).toBe('score')
})

test('Property: whatever cells hold, they come back whole but for their blanks, and are cut to what a table shows', () => {
  const cell = fc.string({ minLength: 1, maxLength: 60 }).filter((text) => text.trim() !== '')
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (cells) => {
      const quoted = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')
      const found = csvColumns(`${cells.map((_, at) => `c${at}`).join(',')}\n${quoted}\n`, cells.length, true)
      cells.forEach((text, at) => {
        const whole = text.replaceAll(/\s+/g, ' ').trim()
        const [shown = ''] = found?.examplesOf(at) ?? []
        expect(shown.length).toBeLessThanOrEqual(36)
        expect(whole.startsWith(shown.replace(/…$/, ''))).toBe(true)
      })
    }),
  )
})
