import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { agree, askedKey, isSame, sayingOf } from './index.ts'

const key = (provider: string, requestedModel: string): string => askedKey({ provider, requestedModel })

test.each([
  ['openai', ['gpt-4o', 'GPT-4o', 'openai/gpt-4o', 'OpenAI/GPT-4O', ' gpt-4o ']],
  ['openai', ['gpt-4o-2024-08-06', 'gpt-4o-20240806', 'openai/GPT-4o_2024_08_06']],
  ['gcp.gemini', ['gemini-2.5-pro', 'models/gemini-2.5-pro', 'Gemini-2.5-Pro']],
  ['', ['gpt-4o', 'openai/gpt-4o', 'GPT-4o']],
  ['acme', ['fast', 'FAST']],
  ['aws.bedrock', ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0']],
])('of %s the same is asked for by %j', (provider, names) => {
  expect(new Set(names.map((name) => key(provider, name))).size).toBe(1)
  expect(new Set(names.map((name) => key(provider.toUpperCase(), name))).size).toBe(1)
})

test('of a provider it makes no difference how it is called, of two it does', () => {
  expect(key('aws.bedrock', 'amazon.nova-lite-v1:0')).toBe(key('bedrock', 'amazon.nova-lite-v1:0'))
  expect(key('openai.chat', 'gpt-4o')).toBe(key('openai', 'gpt-4o'))
  for (const other of ['azure.ai.openai', '', 'litellm', 'acme', 'acme2']) {
    expect(key(other, 'gpt-4o')).not.toBe(key('openai', 'gpt-4o'))
  }
  expect(key('acme', 'gpt-4o')).not.toBe(key('acme2', 'gpt-4o'))
})

test.each([
  ['openai', 'gpt-4o', 'gpt-4o-mini'],
  ['openai', 'gpt-4o', 'gpt-4o-2024-08-06'],
  ['openai', 'gpt-4o', 'chatgpt-4o-latest'],
  ['openai', 'gpt-4o', 'azure/gpt-4o'],
  ['aws.bedrock', 'us.anthropic.claude-opus-4-v1:0', 'eu.anthropic.claude-opus-4-v1:0'],
  ['vllm', '/models/v1/Qwen2.5-7B', '/models/v2/Qwen2.5-7B'],
  ['vllm', '/mnt/a/model', '/mnt/b/model'],
  ['vllm', 'base+a', 'base+b'],
  ['acme', 'fast', 'slow'],
  ['ollama', 'llama3.1:8b', 'llama3.1:70b'],
  ['gcp.gemini', 'gemini-flash-latest', 'gemini-flash'],
])('of %s %s and %s are two', (provider, one, other) => {
  expect(key(provider, one)).not.toBe(key(provider, other))
})

test('two names that are asked for alike say the same when they are said back', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9.:@/_-]{1,24}$/)
  fc.assert(
    fc.property(name, fc.constantFrom('openai', 'acme', '', 'ollama', 'azure'), (one, provider) => {
      for (const other of [one.toUpperCase(), ` ${one}`]) {
        if (key(provider, one) !== key(provider, other)) continue
        const asked = { provider, requestedModel: one }
        expect(agree(sayingOf(one, asked), sayingOf(other, asked))).toBe(true)
      }
    }),
  )
})

const spellings = [
  'Llama-3.1-8B-Instruct',
  'llama3.1:8b',
  'llama3.1:8b-instruct',
  'meta-llama/Meta-Llama-3.1-8B-Instruct',
  'meta-llama/Llama-3.1-8B-Instruct',
  'meta-llama/llama-3-1-8b-instruct',
  'meta.llama3-1-8b-instruct-v1:0',
  '@cf/meta/llama-3.1-8b-instruct',
  'accounts/fireworks/models/llama-v3p1-8b-instruct',
  'meta/llama-3.1-8b-instruct-maas',
]

test('Llama has many spellings, which name one model', () => {
  const families = spellings.map((name) => sayingOf(name, { provider: '', requestedModel: 'another' }).family)
  expect(new Set(families)).toEqual(new Set(['llama-3.1-8b-instruct']))
})

test.each([
  ['llama3.1:8b', 'llama3.1:8b-text'],
  ['llama3.1:8b', 'llama3.1:70b'],
  ['llama3.1:8b', 'llama3:8b'],
  ['llama3.1:8b-instruct-q4_K_M', 'llama3.1:8b-instruct-q8_0'],
  ['meta-llama/Llama-3.1-8B', 'meta-llama/Llama-3.1-8B-Instruct'],
  ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Llama-3.2-8B-Instruct'],
  ['meta-llama/Meta-Llama-3-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
  ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Llama-3.1-8B-Instruct-Turbo'],
])('%s is not %s', (one, other) => {
  const asked = { provider: 'ollama', requestedModel: 'another' }
  expect(agree(sayingOf(one, asked), sayingOf(other, asked))).toBe(false)
})

test('a build that is told is more than one that isn’t, and a name without a size leaves it open', () => {
  const asked = { provider: 'ollama', requestedModel: 'another' }
  const [bare, sized, packed] = ['llama3.1', 'llama3.1:8b', 'llama3.1:8b-instruct-q4_K_M'].map((it) =>
    sayingOf(it, asked),
  )
  if (bare === undefined || sized === undefined || packed === undefined) throw new Error('there are three')
  expect([agree(bare, sized), agree(sized, packed), agree(bare, packed)]).toEqual([true, true, true])
  expect([isSame(bare, sized), isSame(sized, packed)]).toEqual([false, false])
  expect(isSame(sayingOf('llama2:7b', asked), sayingOf('meta-llama/Llama-2-7b-chat-hf', asked))).toBe(true)
})
