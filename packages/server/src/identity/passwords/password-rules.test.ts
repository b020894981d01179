import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, test } from 'vitest'
import { refuseWeakPassword, standsAlone } from './password-rules.ts'

const isRefused = (password: string, hasSecondFactor = true): boolean => {
  try {
    refuseWeakPassword(password, { known: [], hasSecondFactor })
    return false
  } catch {
    return true
  }
}

test('P3.4, ASVS 6.2.4: each of the common passwords that are long enough is refused, in any case and with the usual ends', () => {
  const common = dictionary['passwords-common'].filter((word) => word.length >= 8)
  expect(common.length).toBeGreaterThan(3000)
  expect(common.filter((word) => !isRefused(word))).toEqual([])
  expect(common.filter((word) => !isRefused(word.toUpperCase()))).toEqual([])
  const words = common.filter((word) => /^[a-z]+$/i.test(word))
  expect(words.filter((word) => !isRefused(`${word}2026!`))).toEqual([])
})

test('P3.4: what nobody guesses is accepted, at each length that its factors allow', () => {
  for (const [password, hasSecondFactor] of [
    ['kT4!moss', true],
    ['glimmering tortoise', false],
    ['x7 Qw-9 lo_2 Zr', false],
  ] as const) {
    expect([password, isRefused(password, hasSecondFactor)]).toEqual([password, false])
  }
  expect(isRefused('kT4!moss', false)).toBe(true)
  expect(['x'.repeat(14), 'x'.repeat(15)].map(standsAlone)).toEqual([false, true])
})
