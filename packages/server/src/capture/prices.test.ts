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
  ['cloudflare', '@cf/meta/llama-3.1-8b-instruct'],
  [undefined, 'gpt-4o'],
])('P1.1: a well-known provider’s model has a price: %s, %s', (provider, model) => {
  expect(priced(provider, model)).toBeGreaterThan(0)
})

test('what nobody knows has none, and no name of an object’s own is a provider', () => {
  expect(priced('acme', 'acme-large')).toBeUndefined()
  for (const name of ['constructor', '__proto__', 'toString']) expect(priced(name, 'gpt-4o')).toBeUndefined()
})

test.each([
  ['openai', 'openai/gpt-4o', 'gpt-4o'],
  ['openai', 'GPT-4o-2024-08-06', 'gpt-4o'],
  [undefined, 'azure/eu/gpt-4o', 'gpt-4o'],
  ['litellm', 'azure/gpt-4o', 'gpt-4o'],
  ['gcp.gemini', 'models/gemini-2.5-flash', 'gemini-2.5-flash'],
  ['aws.bedrock', 'bedrock/us-east-1/anthropic.claude-3-haiku-20240307-v1:0', 'claude-3-haiku-20240307'],
  [undefined, 'openrouter/anthropic/claude-3.5-sonnet', 'claude-3-5-sonnet-20241022'],
])('a name in another form has the price of its model: %s, %s', (provider, name, plain) => {
  expect(priced(provider, name)).toBeGreaterThan(0)
  expect(priced(provider, name)).toBeCloseTo(priced(undefined, plain) ?? 0, 10)
})

test('a fine-tune has its own price or none, never that of the model it was made from', () => {
  const [own, base] = [priced('openai', 'ft:gpt-4o-2024-08-06:acme::a1'), priced('openai', 'gpt-4o-2024-08-06')]
  expect(own).toBeGreaterThan(base ?? Number.NaN)
  expect(priced(undefined, 'ft:gpt-4o-2024-08-06:acme::a1')).toBe(own)
  expect(priced('azure.ai.openai', 'gpt-4o-2024-08-06.ft-0e2')).toBeUndefined()
  expect(priced('together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo+tickets')).toBeUndefined()
})

test('what people serve by themselves, or under an identifier that names no model, has none', () => {
  expect(priced('vllm', '/models/Qwen2.5-7B-Instruct')).toBeUndefined()
  expect(priced('ollama', 'gpt-4o')).toBeUndefined()
  const profile = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/q7'
  expect(priced('aws.bedrock', profile)).toBeUndefined()
})
