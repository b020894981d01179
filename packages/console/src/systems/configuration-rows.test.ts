import { expect, test } from 'vitest'
import { configurationRows } from './configuration-rows.ts'

test('a configuration is told by its parts, and named ones by their names', () => {
  const digest = `hmac-sha256:${'ab'.repeat(32)}`
  expect(
    configurationRows({
      model: { provider: 'acme', name: 'large' },
      prompts: [{ name: 'support', digest, version: null }],
      tools: [],
    }),
  ).toEqual([
    ['model · provider', 'acme'],
    ['model · name', 'large'],
    ['prompts · support · digest', 'hmac-sha256:abababab…abab'],
  ])
})

test('what has no name is told by its place', () => {
  expect(configurationRows({ stop: ['a', 'b'] })).toEqual([
    ['stop · 1', 'a'],
    ['stop · 2', 'b'],
  ])
})
