import { describe, expect, test } from 'vitest'
import { runOf, sourceOf } from '../testing/fixtures.ts'
import { assess, importCsv } from './index.ts'
import { nearIds } from './near-ids.ts'

const numbers = Array.from({ length: 20 }, (_, index) => index + 1)

describe('ids that nearly match', () => {
  test.each([
    ['leading zeros', (n: number) => String(n).padStart(3, '0'), (n: number) => String(n), ['leading zeros']],
    ['case', (n: number) => `Case-${n}`, (n: number) => `case-${n}`, ['case of letters']],
    ['separators', (n: number) => `case_${n}`, (n: number) => `case-${n}`, ['blanks and separators']],
    [
      'several',
      (n: number) => `Q-0${n}`,
      (n: number) => `q${n}`,
      ['case of letters', 'leading zeros', 'blanks and separators'],
    ],
  ])('are told: %s', (_, before, after, differIn) => {
    const near = { ids: 20, wouldPair: 20, differIn }
    expect(nearIds(numbers.map(before), numbers.map(after))).toEqual(near)
    expect(nearIds(numbers.map(after), numbers.map(before).toReversed())).toEqual(near)
  })

  test('are not those that pair, nor those that have nothing in common, nor none', () => {
    const ids = numbers.map((n) => `q${n}`)
    expect(nearIds(ids, ids)).toBeUndefined()
    expect(
      nearIds(
        ids,
        numbers.map((n) => `other-${n}`),
      ),
    ).toBeUndefined()
    expect(nearIds([], ids)).toBeUndefined()
  })

  test('are a warning of the assessment', () => {
    const runs = [(n: number) => String(n).padStart(3, '0'), String].map((id) =>
      runOf(importCsv(sourceOf(`id,score\n${numbers.map((n) => `${id(n)},1\n`).join('')}`))),
    )
    const [baseline, candidate] = runs
    if (!baseline || !candidate) throw new Error('two runs')
    expect(assess(baseline, candidate).warnings).toContainEqual({
      code: 'ids_nearly_match',
      text: '20 of 20 case ids would pair if both sides wrote them alike (leading zeros); export one side again with the ids of the other',
      metric: null,
      slice: null,
    })
    expect(assess(baseline, baseline).warnings.map(({ code }) => code)).not.toContain('ids_nearly_match')
  })
})
