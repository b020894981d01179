import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayName, shownName } from './display-name.ts'

const messagesOf = (name: string): string[] => displayName.safeParse(name).error?.issues.map((it) => it.message) ?? []

describe('P4.4: a name cannot pose as an address', () => {
  test.each([
    'Bo',
    "Seán O'Brien-Ōta (EU) & 李小龍, Jr.",
    'CI: deploy #3 @ Acme',
    '@bo',
    'علی‌رضا', // a non-joiner between letters that would join
    'ශ්‍රී ලංකා', // a joiner after a virama
    '葛\u{e0100}城', // a variant of a character
  ])('takes %j, and shows it as it is', (name) => {
    expect(displayName.parse(name)).toBe(name)
    expect(shownName(name)).toBe(name)
  })

  test.each([
    ['Ada <ceo@example.com>', 'Ada ceo'],
    ['Ada ＜ceo＞', 'Ada ceo'],
    ['Ada ‹ceo›', 'Ada ceo'],
    ['>', ''],
    ['ada@example.com', 'ada'],
    ['Ada (ada＠example.com)', 'Ada (ada'],
    ['A\u202eda', 'Ada'],
    ['A\u200bda', 'Ada'],
    ['A\u200dda', 'Ada'],
    ['A\u0301\u200dda', 'A\u0301da'],
    ['A\u200e\u200f\u061cda', 'Ada'],
    ['A\u2066d\u2069a', 'Ada'],
    ['A\u00adda\u{e0041}', 'Ada'],
    ['ㅤA\u115fda', 'Ada'],
    ['A\u2028da', 'A da'],
    ['A\nda\tB', 'A da B'],
    ['a\u200b@\u200bb', 'a'],
    ['A\u001b[2Jda', 'A[2Jda'],
    ['A\u0000da', 'Ada'],
    ['A\ud800da', 'Ada'],
  ])('refuses %j, and shows it as %j where it is there already', (name, shown) => {
    expect(messagesOf(name).length).toBeGreaterThan(0)
    expect(shownName(name)).toBe(shown)
  })

  test('says what is wrong, and not with what', () => {
    expect(messagesOf('Ada <x@y>').join()).toContain('pass for an address')
    expect(messagesOf('ada@example.com')).toEqual(['a name, not an e-mail address'])
    expect(messagesOf('A\u200bda')).toEqual(['control or invisible characters, where only a name may be'])
  })

  test('whatever a name is made of, what is shown of it is a name or nothing, and stays so', () => {
    const parts = fc.constantFrom(...Array.from('Aa <>＜@＠.\u200b\u200d\u202e\n\u2028\u0301\u0dca\ud800ع '))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: parts }), fc.string({ unit: 'binary' })), (name) => {
        const shown = shownName(name.slice(0, 100))
        expect(shown === '' || displayName.safeParse(shown).success).toBe(true)
        expect(shownName(shown)).toBe(shown)
      }),
      { numRuns: 3_000 },
    )
  })
})
