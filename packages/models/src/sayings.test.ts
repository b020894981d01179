import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { agree, isNoName, isSame, sayingOf, saysNoModel, tellsMore } from './index.ts'

const asked = (provider: string, requestedModel: string) => ({ provider, requestedModel })
const openai = asked('openai', 'gpt-4o')
const bedrock = asked('aws.bedrock', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0')

test.each([
  ['gpt-4o', 'openai/gpt-4o', openai],
  ['gpt-4o', 'models/gpt-4o', openai],
  ['gpt-4o', 'GPT-4o', openai],
  ['gpt-4o', 'openai/gpt-4o', asked('', 'gpt-4o')],
  ['gemini-2.5-pro', 'models/gemini-2.5-pro', asked('gcp.gemini', 'gemini-2.5-pro')],
  ['gemini-2.5-pro', 'publishers/google/models/gemini-2.5-pro', asked('gcp.vertex_ai', 'gemini-2.5-pro')],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'eu.anthropic.claude-3-5-sonnet-20241022-v2:0', bedrock],
  ['claude-3.5-sonnet-20241022', 'anthropic/claude-3-5-sonnet-20241022', asked('anthropic', 'claude-3-5-sonnet')],
  ['Qwen/Qwen2.5-7B', 'qwen2.5-7b', asked('vllm', 'qwen2.5-7b')],
  ['acme-large', 'ACME-Large', asked('acme', 'acme-large')],
  ['gpt-4o-20240806', 'gpt-4o-2024-08-06', openai],
  ['gpt-4o_2024_08_06', 'gpt-4o@2024-08-06', openai],
  ['gpt-4o:2024-08-06', 'openai/gpt-4o-20240806', openai],
  ['claude-sonnet-4-20250514', 'anthropic/claude-4-sonnet-20250514', asked('openrouter', 'anthropic/claude-sonnet-4')],
  ['claude-opus-4-1', 'claude-4.1-opus', asked('anthropic', 'claude-opus-4-1')],
  ['gemini-2.5-pro-preview-05-06', 'gemini-2.5-pro-preview-0506', asked('gcp.gemini', 'gemini-2.5-pro')],
  ['/models/Qwen2.5-7B-Instruct', './models/Qwen2.5-7B-Instruct/', asked('openai', 'qwen')],
  ['/models/Qwen2.5-7B.gguf', 'file:///models/qwen2.5-7b', asked('llama.cpp', 'qwen')],
  ['hf://Qwen/Qwen2.5-7B', 'https://huggingface.co/Qwen/Qwen2.5-7B', asked('vllm', 'qwen')],
  [
    '/root/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/a09a3545',
    '/home/ada/hub/models--Qwen--Qwen2.5-7B/snapshots/a09a3545',
    asked('vllm', 'qwen'),
  ],
  ['base+lora', 'Base+Lora', asked('vllm', 'base')],
  ['ft:gpt-4o-2024-08-06:acme::a1', 'FT:gpt-4o-2024-08-06:Acme::a1', openai],
])('%s and %s are two ways to say the same', (one, other, by) => {
  expect(isSame(sayingOf(one, by), sayingOf(other, by))).toBe(true)
})

type Pair = readonly [one: string, other: string, by: ReturnType<typeof asked>]

test.each<Pair>([
  ['gpt-4o-2024-08-06', 'gpt-4o', openai],
  ['gpt-4-0613', 'gpt-4', asked('openai', 'gpt-4')],
  ['claude-opus-4-20250514', 'claude-opus-4-0', asked('anthropic', 'claude-opus-4-0')],
  ['claude-3-5-sonnet-20241022', 'claude-3-5-sonnet-latest', asked('anthropic', 'claude-3-5-sonnet-latest')],
  ['gemini-2.5-flash-preview-09-2025', 'gemini-flash-latest', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-3-flash-preview', 'gemini-flash-latest', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-2.5-flash-lite', 'gemini-flash-lite-latest', asked('gcp.gemini', 'gemini-flash-lite-latest')],
  ['kimi-k2-0905-preview', 'kimi-latest', asked('moonshot', 'kimi-latest')],
  ['moonshot-v1-32k', 'moonshot-v1-auto', asked('moonshot', 'moonshot-v1-auto')],
  ['gpt-4-0125-preview', 'gpt-4-turbo-preview', asked('openai', 'gpt-4-turbo-preview')],
  ['gpt-4-turbo-2024-04-09', 'gpt-4-turbo-preview', asked('openai', 'gpt-4-turbo-preview')],
  ['gpt-4-1106-vision-preview', 'gpt-4-vision-preview', asked('openai', 'gpt-4-vision-preview')],
  ['gemini-1.0-pro-001', 'gemini-pro', asked('gcp.gemini', 'gemini-pro')],
  ['deepseek-v3-0324', 'deepseek-chat', asked('deepseek', 'deepseek-chat')],
  ['gpt-4o-2024-08-06', 'fast', asked('litellm_proxy', 'fast')],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet-20241022', bedrock],
  ['gpt-4o-2024-08-06', 'prod-chat', asked('azure', 'prod-chat')],
  ['llama3.1:8b', 'llama3.1', asked('ollama', 'llama3.1')],
  ['/models/Qwen2.5-7B', 'Qwen2.5-7B', asked('vllm', 'qwen')],
  ['gpt-4o-20240806', 'gpt-4o', openai],
  ...['', 'openai', 'gcp.gemini', 'gcp.gen_ai', 'google'].map((provider): Pair => [
    'publishers/google/models/gemini-2.0-flash',
    'gemini-2.0-flash',
    asked(provider, 'gemini-2.0-flash'),
  ]),
  ...['', 'openai', 'vllm', 'huggingface', 'mistral_ai', 'acme'].flatMap((provider): Pair[] => [
    ['/models/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-7B-Instruct', asked(provider, 'Qwen/Qwen2.5-7B-Instruct')],
    ['./models/Mistral-7B.gguf', 'mistralai/Mistral-7B', asked(provider, 'mistralai/Mistral-7B')],
    ['/models/gpt-oss-20b', 'openai/gpt-oss-20b', asked(provider, 'openai/gpt-oss-20b')],
  ]),
  ['acme/acme-7b', 'acme-7b', asked('openai', 'other')],
])('%s says more than %s, and nothing against it', (more, less, by) => {
  const [one, other] = [sayingOf(more, by), sayingOf(less, by)]
  expect([agree(one, other), tellsMore(one, other), tellsMore(other, one)]).toEqual([true, true, false])
})

test.each([
  ['gpt-4o-2024-05-13', 'gpt-4o-2024-08-06', openai],
  ['gpt-4o-20240513', 'gpt-4o-2024-08-06', openai],
  ['gpt-4o@2024-05-13', 'gpt-4o-2024-08-06', openai],
  ['gpt-4o', 'gpt-4o-mini', openai],
  ['gpt-4o', 'azure/gpt-4o', openai],
  ['claude-sonnet-4-20250514', 'anthropic/claude-4-opus-20250514', asked('openrouter', 'anthropic/claude-sonnet-4')],
  ['gemini-2.0-flash', 'publishers/google/models/gemini-2.0-flash-lite', asked('gcp.gemini', 'gemini-2.0-flash')],
  ['/models/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-14B-Instruct', asked('openai', 'Qwen/Qwen2.5-7B-Instruct')],
  ['acme/acme-7b', 'other/acme-7b', asked('openai', 'acme-7b')],
  [
    '/hub/models--Qwen--Qwen2.5-7B/snapshots/a09a3545',
    '/hub/models--Qwen--Qwen2.5-7B/snapshots/bb46c15e',
    asked('vllm', 'qwen'),
  ],
  ['gpt-4o', 'gpt-4o-mini-2024-07-18', openai],
  ['gpt-4-0125-preview', 'gpt-4-1106-preview', asked('openai', 'gpt-4-turbo-preview')],
  ['gpt-4-0125-preview', 'gpt-4', asked('openai', 'gpt-4')],
  ['gpt-4o-mini', 'gpt-4o-2024-08-06', asked('openai', 'gpt-4o-mini')],
  ['gpt-4-turbo', 'gpt-4-0613', asked('openai', 'gpt-4-turbo')],
  ['deepseek-v3-0324', 'deepseek-chat', asked('deepseek', 'deepseek-coder')],
  ['gemini-flash-latest', 'gemini-2.5-flash-lite', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-flash-latest', 'gemini-2.5-flash-lite-preview-09-2025', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-flash-latest', 'gemini-2.5-flash-image-preview', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-flash-latest', 'gemini-flash-lite-latest', asked('gcp.gemini', 'gemini-flash-latest')],
  ['gemini-1.5-flash-latest', 'gemini-1.5-flash-8b-001', asked('gcp.gemini', 'gemini-1.5-flash-latest')],
  ['gemini-1.5-flash-latest', 'gemini-2.0-flash-001', asked('gcp.gemini', 'gemini-1.5-flash-latest')],
  ['grok-4-latest', 'grok-4-fast', asked('xai', 'grok-4-latest')],
  ['mistral-large-latest', 'mistral-small-2409', asked('mistral_ai', 'mistral-large-latest')],
  ['anthropic.claude-3-5-sonnet-20241022-v1:0', 'anthropic.claude-3-5-sonnet-20241022-v2:0', bedrock],
  ['bedrock/anthropic.claude-3-haiku-20240307-v1:0', 'azure/gpt-4o', asked('litellm_proxy', 'fast')],
  ['bedrock/anthropic.claude-3-haiku-20240307-v1:0', 'vertex_ai/claude-3-haiku@20240307', asked('', 'haiku')],
  ['llama3.1:8b', 'llama3.1:70b', asked('ollama', 'llama3.1')],
  ['/models/v1/Qwen2.5-7B', '/models/v2/Qwen2.5-7B', asked('vllm', 'qwen')],
  ['ft:gpt-4o-2024-08-06:acme::a1', 'ft:gpt-4o-2024-08-06:acme::b2', openai],
  ['ft:gpt-4o-2024-08-06:acme::a1', 'gpt-4o-2024-08-06', openai],
  ['mistralai/Mixtral-8x7B+a', 'mistralai/Mixtral-8x7B+b', asked('vllm', 'm')],
  ['prod-chat', 'prod-chat-2', asked('azure', 'other')],
  ['m-1', 'm-2', openai],
])('%s and %s are two models', (one, other, by) => {
  expect(agree(sayingOf(one, by), sayingOf(other, by))).toBe(false)
})

test('what libraries write for want of a name is none, and no name of a model is', () => {
  for (const text of ['None', 'null', 'NULL', 'unknown', '', ' ', 'undefined', 'N/A']) expect(isNoName(text)).toBe(true)
  for (const text of ['gpt-4o', 'auto', 'default', 'none-such', 'unknown-model-1']) expect(isNoName(text)).toBe(false)
})

test('a part of a date is no other date than the whole one', () => {
  const by = asked('openai', 'x')
  const pairs = [
    ['gpt-4-0613', 'gpt-4-2023-06-13', true],
    ['mistral-large-2407', 'mistral-large-20240724', true],
    ['command-a-03-2025', 'command-a-20250313', true],
    ['gpt-4-0613', 'gpt-4-2023-03-14', false],
    ['mistral-large-2407', 'mistral-large-20241107', false],
    ['gemini-1.5-pro-002', 'gemini-1.5-pro-20240002', false],
  ] as const
  for (const [one, other, are] of pairs) {
    expect([one, other, agree(sayingOf(one, by), sayingOf(other, by))]).toEqual([one, other, are])
  }
})

test('a path that ends in no name of a model leaves open which one it is', () => {
  const by = asked('openai', 'Qwen/Qwen2.5-7B')
  for (const path of ['/model', '/mnt/models', '/opt/ml/model', './default']) {
    expect([path, agree(sayingOf(path, by), sayingOf('Qwen/Qwen2.5-7B', by))]).toEqual([path, true])
  }
  expect(agree(sayingOf('/a/model', by), sayingOf('/b/model', by))).toBe(false)
})

test('what stands in the place of any model’s name says nothing of the one that was served', () => {
  for (const text of ['default', 'Model', 'unknown', 'None', 'default_model', 'local-model', 'tgi', 'unknown_model']) {
    expect([text, saysNoModel(text)]).toEqual([text, true])
  }
  for (const text of ['gpt-4o', 'auto', 'default-7b', 'prod', 'model-1', '/models/x', 'acme/default']) {
    expect([text, saysNoModel(text)]).toEqual([text, false])
  }
})

describe('of any two names', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'gpt-4o',
      'gpt-4o-2024-08-06',
      'gpt-4o-2024-05-13',
      'gpt-4o-latest',
      'gpt-4-turbo-preview',
      'gpt-4-0125-preview',
      'gpt-4-1106-preview',
      'gemini-flash-latest',
      'gemini-2.5-flash-lite-001',
      'azure/gpt-4o',
      'prod',
      'auto',
    ),
    fc.string({ maxLength: 40 }),
  )
  const by = fc.record({ provider: fc.constantFrom('', 'openai', 'azure', 'ollama'), requestedModel: name })

  it('each is the same as itself, and agreeing goes both ways', () => {
    fc.assert(
      fc.property(name, name, by, (a, b, it) => {
        const [one, other] = [sayingOf(a, it), sayingOf(b, it)]
        expect(isSame(one, sayingOf(a, it))).toBe(true)
        expect(agree(one, other)).toBe(agree(other, one))
      }),
    )
  })
})
