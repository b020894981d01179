import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedText } from './accepted-text.ts'

test.each([
  'gpt-4o-2024-08-06',
  '@cf/meta/llama-3.1-8b-instruct',
  '/models/Qwen2.5-7B-Instruct',
  '~anthropic/claude-latest',
  'mistralai/Mixtral-8x7B+tickets',
  'accounts/fireworks/models/qwen3-8b#accounts/acme/deployments/d1',
  'claude-opus-4-6[1m]',
  'gpt-5(high)',
  'C:\\models\\qwen.gguf',
  `arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/${'a'.repeat(180)}`,
])('a name of a model is kept as it is: %s', (name) => {
  expect(acceptedText('model', name)).toBe(name)
})

test.each(['None', 'null', 'NULL', 'unknown', '', 'undefined', 'N/A', '-', '...', '/////////x', `m${'x'.repeat(256)}`])(
  'what is no name isn’t kept: %j',
  (text) => {
    expect(acceptedText('model', text)).toBeUndefined()
  },
)

test('P1.2: nothing with a space, a line break or a letter beyond ASCII is a name of a model', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(' ', '\n', '\t', '\u00a0', 'é', '患', '😀'),
      (text, odd) => {
        for (const told of [`${text}${odd}gpt-4o`, `gpt-4o${odd}${text}`]) {
          expect(acceptedText('model', told)).toBe(told.trim() === 'gpt-4o' ? 'gpt-4o' : undefined)
        }
      },
    ),
  )
})
