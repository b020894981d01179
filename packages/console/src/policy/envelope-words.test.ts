import { expect, test } from 'vitest'
import { clauseWords, emptyClause, toClause } from './envelope-words.ts'

test.each([
  [{ path: '/inference/temperature', min: 0, max: 0.5 }, 'inference · temperature, from 0 to 0.5'],
  [{ path: '/inference/maxTokens', max: 800 }, 'inference · most tokens, 800 at most'],
  [{ path: '/inference/temperature', min: 0 }, 'inference · temperature, 0 at least'],
  [{ path: '/model/name', oneOf: ['a', 2, true] }, 'model · name, to "a" or 2 or true'],
  [{ path: '/prompts' }, 'all of prompts, to anything'],
])('says what may differ: %j', (clause, words) => {
  expect(clauseWords(clause)).toBe(words)
})

test('a clause is told as it was typed', () => {
  const typed = { ...emptyClause('k'), path: ' /model/name ', values: 'a, 2,true, ', min: '0,2', max: '' }
  expect(toClause({ ...typed, kind: 'one_of' })).toEqual({ path: '/model/name', oneOf: ['a', 2, true] })
  expect(toClause({ ...typed, kind: 'between' })).toEqual({ path: '/model/name', min: 0.2 })
  expect(toClause({ ...typed, kind: 'any' })).toEqual({ path: '/model/name' })
})
