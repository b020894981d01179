import { expect, test } from 'vitest'
import type { CallConfiguration } from './readings.ts'
import { priceOf } from './prices.ts'

const priced = (provider: string | undefined, servedModel: string): number | undefined =>
  priceOf({ provider, servedModel } as CallConfiguration, 1_000, 1_000)

test.each([
  ['openai', 'gpt-4o'],
  ['azure.ai.openai', 'gpt-4o'],
  ['azure.ai.inference', 'gpt-4o'],
  ['aws.bedrock', 'anthropic.claude-3-5-sonnet-20241022-v2:0'],
  ['anthropic', 'claude-sonnet-4-20250514'],
  ['gcp.gemini', 'gemini-2.5-flash'],
  ['gcp.gen_ai', 'gemini-2.5-flash'],
  ['gcp.vertex_ai', 'gemini-2.5-flash'],
  ['x_ai', 'grok-4'],
  ['mistral_ai', 'mistral-large-latest'],
  ['cohere', 'command-r-plus'],
  ['deepseek', 'deepseek-chat'],
  ['groq', 'llama-3.3-70b-versatile'],
  ['perplexity', 'sonar-pro'],
  [undefined, 'gpt-4o'],
])('P1.1: a well-known provider’s model has a price: %s, %s', (provider, model) => {
  expect(priced(provider, model)).toBeGreaterThan(0)
})

test('what nobody knows has none, and no name of an object’s own is a provider', () => {
  expect(priced('acme', 'acme-large')).toBeUndefined()
  for (const name of ['constructor', '__proto__', 'toString']) expect(priced(name, 'gpt-4o')).toBeUndefined()
})
