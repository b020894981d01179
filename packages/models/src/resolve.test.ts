import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixturesDir } from '@afterai/testing'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { canonicalName, longestModelName, type ResolvedModel, resolve } from './index.ts'

type Case = readonly [name: string, provider: string | undefined, expected: Partial<ResolvedModel>]

const cases: readonly Case[] = [
  // Vendors' own names: dated, moving, of fine-tunes.
  ['gpt-4o', 'openai', { platform: 'openai', vendor: 'openai', model: 'gpt-4o', kind: 'floating' }],
  ['GPT-4o-2024-11-20', 'openai.responses', { platform: 'openai', model: 'gpt-4o-2024-11-20', kind: 'snapshot' }],
  ['o3', undefined, { platform: 'openai', vendor: 'openai', model: 'o3', kind: 'floating' }],
  ['claude-3.7-sonnet-20250219', 'anthropic', { model: 'claude-3-7-sonnet-20250219', kind: 'snapshot' }],
  ['claude-opus-4-6[1m]', 'anthropic', { model: 'claude-opus-4-6', version: '1m', kind: 'floating' }],
  ['command-a-03-2025', 'cohere', { platform: 'cohere', vendor: 'cohere', kind: 'snapshot' }],
  ['mistral-medium-2505', 'mistral_ai', { platform: 'mistral', vendor: 'mistral', kind: 'snapshot' }],
  ['text-embedding-004', 'gcp.gemini', { platform: 'google', vendor: 'google', kind: 'snapshot' }],
  ['text-embedding-3-large', 'openai', { vendor: 'openai', kind: 'floating' }],
  ['ft:gpt-4.1-mini-2025-04-14:shop::Ab1', 'openai', { model: 'gpt-4.1-mini-2025-04-14', kind: 'fine_tune' }],
  ['gpt-4o-2024-08-06.ft-0e2', 'azure.ai.openai', { platform: 'azure', vendor: 'openai', kind: 'fine_tune' }],
  // Bedrock.
  [
    'arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0:200k',
    'aws.bedrock',
    { vendor: 'anthropic', model: 'claude-3-haiku-20240307', version: 'v1:0', region: 'us-gov-west-1' },
  ],
  [
    'bedrock/converse/arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/q7',
    undefined,
    { platform: 'bedrock', vendor: null, model: null, kind: 'opaque', region: 'eu-west-1' },
  ],
  ['jp.anthropic.claude-sonnet-4-6', undefined, { platform: 'bedrock', region: 'jp', model: 'claude-sonnet-4-6' }],
  [
    'openai.gpt-oss-20b-1:0',
    undefined,
    { platform: 'bedrock', vendor: 'openai', model: 'gpt-oss-20b', version: '1:0' },
  ],
  ['anthropic.claude-v2:1', 'aws.bedrock', { model: 'claude', version: 'v2:1' }],
  ['claude-v2', 'bedrock', { model: 'claude', version: 'v2:0' }],
  ['arn:aws:bedrock:us-east-1:111122223333:imported-model/x1', 'aws.bedrock', { model: null, kind: 'fine_tune' }],
  ['arn:aws:sagemaker:us-east-1:111122223333:endpoint/x', 'aws', { platform: 'sagemaker', kind: 'opaque' }],
  // Google.
  [
    'projects/p/locations/europe-west1/publishers/anthropic/models/claude-opus-4-1@20250805',
    'gcp.vertex_ai',
    { platform: 'vertex', vendor: 'anthropic', model: 'claude-opus-4-1-20250805', region: 'europe-west1' },
  ],
  ['models/gemini-2.5-flash', 'gcp.gemini', { platform: 'google', model: 'gemini-2.5-flash', kind: 'floating' }],
  ['models/gemini-2.5-flash', 'gcp.vertex_ai', { platform: 'vertex', model: 'gemini-2.5-flash' }],
  ['gemini-2.5-flash-preview-09-2025', 'gcp.gemini', { kind: 'snapshot' }],
  ['tunedModels/mine', 'gcp.gemini', { vendor: 'google', model: null, kind: 'fine_tune' }],
  // Azure.
  ['azure/global/gpt-35-turbo-1106', undefined, { platform: 'azure', model: 'gpt-3.5-turbo-1106', region: 'global' }],
  ['answers-in-production', 'azure', { platform: 'azure', vendor: null, model: null, kind: 'deployment' }],
  // Routers.
  ['~anthropic/claude-latest', 'openrouter', { platform: 'openrouter', vendor: 'anthropic', kind: 'floating' }],
  ['~anthropic/claude-latest', undefined, { platform: 'openrouter', vendor: 'anthropic', model: 'claude-latest' }],
  ['anthropic/claude-sonnet-4.5:nitro', 'openrouter', { model: 'claude-sonnet-4-5', version: null }],
  ['anthropic/claude-3.7-sonnet:thinking', 'openrouter', { model: 'claude-3-7-sonnet', version: 'thinking' }],
  ['litellm_proxy/bedrock/eu-west-1/amazon.nova-lite-v1:0', undefined, { platform: 'bedrock', region: 'eu-west-1' }],
  ['@cf/qwen/qwq-32b', 'cloudflare', { platform: 'cloudflare', vendor: 'alibaba', model: 'qwq-32b' }],
  [
    'accounts/fireworks/models/llama-v3p1-8b-instruct#accounts/acme/deployments/d1',
    'fireworks',
    { platform: 'fireworks', vendor: 'meta', model: 'llama-v3p1-8b-instruct', kind: 'floating' },
  ],
  ['accounts/acme/models/support', 'fireworks', { platform: 'fireworks', model: null, kind: 'fine_tune' }],
  // Served by oneself.
  ['/models/Qwen2.5-7B-Instruct', 'vllm', { platform: 'self_hosted', vendor: 'alibaba', model: 'qwen2.5-7b-instruct' }],
  ['C:\\weights\\Llama-3.2-3B.gguf', undefined, { platform: 'self_hosted', vendor: 'meta', model: 'llama-3.2-3b' }],
  [
    '/root/.cache/huggingface/hub/models--mistralai--Mistral-7B-Instruct-v0.3/snapshots/e0bc86c2',
    'vllm',
    { vendor: 'mistral', model: 'mistral-7b-instruct-v0.3', version: 'e0bc86c2' },
  ],
  ['qwen.gguf', 'llama.cpp', { platform: 'self_hosted', vendor: 'alibaba', model: 'qwen' }],
  ['mistralai/Mixtral-8x7B+tickets', 'vllm', { vendor: 'mistral', model: 'mixtral-8x7b', kind: 'fine_tune' }],
  ['qwen3:latest', 'ollama', { vendor: 'alibaba', model: 'qwen3', version: null }],
  ['someone/gpt-4o', 'openrouter', { vendor: null, model: null, kind: 'deployment', name: 'someone/gpt-4o' }],
]

test.each(cases)('%s of %s is taken apart', (name, provider, expected) => {
  expect(resolve(name, provider)).toMatchObject(expected)
})

interface Listed {
  readonly name: string
  readonly provider: string | null
  readonly expected: Partial<ResolvedModel>
}

const list = join(fixturesDir() ?? '', 'signals/model_names.json')
const isListThere = fixturesDir() !== undefined && existsSync(list)

describe.skipIf(!isListThere)(
  'names of models from real telemetry (skipped where ../shared/fixtures is not there)',
  () => {
    it('each resolves as it must', () => {
      const listed = JSON.parse(readFileSync(list, 'utf8')) as Listed[]
      const wrong = listed.filter(({ name, provider, expected }) => {
        const resolved = resolve(name, provider ?? undefined)
        return Object.entries(expected).some(([key, value]) => resolved[key as keyof ResolvedModel] !== value)
      })
      expect(listed.length).toBeGreaterThan(100)
      expect(wrong.map(({ name }) => name)).toEqual([])
    })
  },
)

const piece = fc.constantFrom(
  ...'bedrock/ azure/ openrouter/ models/ openai/ meta-llama/ acme/ us. eu. anthropic. amazon. us-east-1/ ~ @cf/ ft: arn:aws:bedrock:'.split(
    ' ',
  ),
  ...'gpt-4o claude-3.5-sonnet llama3.1 nova-pro prod -20240806 -2024-08-06 -0613 -v1:0 :1 :free :8b @001 @default #d +lora [1m]'.split(
    ' ',
  ),
  '-latest',
  '.gguf',
  '/',
  ':',
  '.',
  '-',
  '\\',
  ' ',
  'É',
  '\u0000',
  '😀',
)
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 600, unit: 'binary' }),
)
const provider = fc.constantFrom(
  undefined,
  '',
  'openai',
  'azure',
  'aws.bedrock',
  'gcp.vertex_ai',
  'ollama',
  'acme',
  'a.b',
)

describe('any text', () => {
  it('resolves to something, and never throws', () => {
    fc.assert(
      fc.property(hostile, provider, (text, by) => {
        expect(resolve(text, by).platform).toMatch(/^[a-z0-9_]+$/)
      }),
      { numRuns: 2000 },
    )
  })

  it('that names a model resolves to the same by its canonical name', () => {
    fc.assert(
      fc.property(hostile, provider, (text, by) => {
        const resolved = resolve(text, by)
        const name = canonicalName(resolved)
        fc.pre(name !== null && resolved.kind !== 'fine_tune')
        const { platform, vendor, model, kind } = resolved
        expect(resolve(name ?? '', platform)).toMatchObject({ platform, vendor, model, kind })
      }),
      { numRuns: 2000 },
    )
  })

  it('resolves to the same model in capitals', () => {
    const ascii = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('').replaceAll(/[^ -~]/g, ''))
    fc.assert(
      fc.property(ascii, provider, (text, by) => {
        fc.pre(!/arn:|models\/|tunedModels|projects\//.test(text))
        const { vendor, model } = resolve(text, by)
        expect(resolve(text.toUpperCase(), by)).toMatchObject({ vendor, model })
      }),
      { numRuns: 2000 },
    )
  })

  it('costs a bounded number of steps: what is longer than a name is none', () => {
    expect(resolve('gpt-4o'.padEnd(longestModelName + 1, 'x'))).toMatchObject({ model: null, kind: 'opaque' })
    for (const part of ['a/', 'bedrock/', 'openai/', '@', ':1', '.gguf', '-v1', '~', '[a]', '#', '+'])
      expect(resolve(part.repeat(longestModelName / part.length), 'aws.bedrock').platform).toBeTypeOf('string')
  })
})
