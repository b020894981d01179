import { expect, test } from 'vitest'
import { modelWord } from './signature.ts'

test('names of one model, as libraries and gateways write them, are the same word', () => {
  const written = [
    ['gpt-4o', 'openai/gpt-4o', 'gpt-4o-2024-08-06', 'azure/gpt-4o', 'openrouter/openai/gpt-4o'],
    ['claude-3-5-sonnet-20241022', 'anthropic/claude-3.5-sonnet', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'],
    ['@cf/meta/llama-3.1-8b-instruct', 'meta-llama/Llama-3.1-8B-Instruct'],
    ['gpt-4o-mini'],
    ['ft:gpt-4o-mini-2024-07-18:acme::abc'],
    ['qwen2.5:7b'],
    ['qwen2.5:72b'],
    ['/models/own'],
  ]
  const words = written.map((names) => new Set(names.map(modelWord)))
  expect(words.map(({ size }) => size)).toEqual(written.map(() => 1))
  expect(new Set(words.flatMap((it) => [...it])).size).toBe(written.length)
  expect(modelWord(undefined)).toBe(0)
})
