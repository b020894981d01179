import { configuration, type Configuration, fingerprintOf, normalizeConfiguration } from '@afterai/contract'
import { digestOf } from '@afterai/record'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { configurationDelta, changeTypesOf } from './configuration.ts'
import { headline } from './headline.ts'

const name = fc.constantFrom('a', 'b', 'b/c', 'digest', 'name', 'Z')
const digest = fc.constantFrom('0', '1', '2').map((digit) => `hmac-sha256:${'0'.repeat(16)}:${digit.repeat(64)}`)
const optional = (values: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
  fc.record(values, { requiredKeys })
const setOf = (part: fc.Arbitrary<unknown>, key: (it: never) => string = (it: { name: string }) => it.name) =>
  fc.uniqueArray(part, { maxLength: 3, selector: key as (it: unknown) => string })

const model = optional({ provider: name, name, servedName: name }, ['name'])
const inference = optional({ temperature: fc.double({ noNaN: true, noDefaultInfinity: true }), seed: fc.nat() })
const digested = optional({ name, digest, version: name }, ['name', 'digest'])
const first = fc
  .record({ model, inference, prompts: setOf(digested), tools: setOf(digested) })
  .map((it) => configuration.parse(it))

const versioned = optional({ name, version: name, digest }, ['name'])
const tool = optional(
  { name, digest, version: name, server: name, serverVersion: name, readOnly: fc.boolean(), openWorld: fc.boolean() },
  ['name', 'digest'],
)
const anyConfiguration = fc
  .record(
    {
      model,
      inference,
      prompts: setOf(versioned),
      tools: setOf(tool, ({ server, name: its }: { server?: string; name: string }) => `${server ?? ''} ${its}`),
      agent: optional({ name, version: name }),
      retrieval: setOf(
        optional({ name, version: name, digest, embeddingModel: name, chunkSize: fc.nat(), topK: fc.nat() }, ['name']),
      ),
      guardrails: setOf(versioned),
      postProcessing: setOf(versioned),
      infrastructure: optional({
        region: name,
        gateway: name,
        packages: setOf(optional({ name, version: name }, ['name'])),
      }),
      data: setOf(versioned),
      evaluation: optional({ datasets: setOf(versioned), judges: setOf(versioned), scorers: setOf(versioned) }),
      flags: setOf(optional({ name, variant: name }, ['name'])),
    },
    { requiredKeys: ['model'] },
  )
  .map((it) => configuration.parse(it))

test('a configuration that uses what the first version knew has the fingerprint of the first version', () => {
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
  fc.assert(
    fc.property(first, (it) => {
      const parts = { prompts: it.prompts.toSorted(byName), tools: it.tools.toSorted(byName) }
      expect(fingerprintOf(it)).toBe(digestOf({ v: 1, ...it, ...parts }))
    }),
  )
})

test('what is told empty is as if it were not told, in any part that the second version brought', () => {
  const empty = { agent: {}, retrieval: [], guardrails: [], postProcessing: [], data: [], flags: [] }
  const nested = { infrastructure: { packages: [] }, evaluation: { datasets: [], judges: [], scorers: [] } }
  fc.assert(
    fc.property(first, (it) => {
      expect(fingerprintOf({ ...it, ...empty, ...nested })).toBe(fingerprintOf(it))
    }),
  )
})

test('one more word of the second version makes another fingerprint', () => {
  const bare = configuration.parse({ model: { name: 'm' } })
  const more: Partial<Configuration>[] = [
    { agent: { version: '1' } },
    { guardrails: [{ name: 'pii' }] },
    { infrastructure: { region: 'eu' } },
    { evaluation: { judges: [{ name: 'j' }] } },
    { flags: [{ name: 'f' }] },
  ]
  expect(new Set([bare, ...more.map((it) => ({ ...bare, ...it }))].map(fingerprintOf)).size).toBe(1 + more.length)
})

test('the order in which sets are told makes no difference', () => {
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.toReversed().map(reversed)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, it]) => [key, reversed(it)]))
        : value
  fc.assert(
    fc.property(anyConfiguration, (it) => {
      const turned = configuration.parse(reversed(it))
      expect(fingerprintOf(turned)).toBe(fingerprintOf(it))
      expect(configurationDelta(it, turned)).toEqual([])
    }),
  )
})

test('two configurations differ in a value exactly where their fingerprints do, and the difference turned round is that of the other way', () => {
  fc.assert(
    fc.property(anyConfiguration, anyConfiguration, (a, b) => {
      const delta = configurationDelta(a, b)
      expect(delta.length === 0).toBe(fingerprintOf(a) === fingerprintOf(b))
      expect(configurationDelta(b, a)).toEqual(
        delta.map(({ before, after, ...it }) => ({ ...it, before: after, after: before })),
      )
      expect(normalizeConfiguration(normalizeConfiguration(a))).toEqual(normalizeConfiguration(a))
    }),
    { numRuns: 300 },
  )
})

const digestOfText = (digit: string): string => `hmac-sha256:${'0'.repeat(16)}:${digit.repeat(64)}`
const tools = (...parts: Configuration['tools']): Partial<Configuration> => ({ tools: parts })

test.each<[Partial<Configuration>, Partial<Configuration>, string, string]>([
  [{ agent: { name: 'bot', version: '1' } }, { agent: { name: 'bot', version: '2' } }, 'other', 'agent version 1 → 2'],
  [{}, { guardrails: [{ name: 'pii', version: '1' }] }, 'guardrails', 'guardrail pii added'],
  [{ guardrails: [{ name: 'pii' }] }, {}, 'guardrails', 'guardrail pii removed'],
  [
    { guardrails: [{ name: 'pii', version: '1' }] },
    { guardrails: [{ name: 'pii', version: '2' }] },
    'guardrails',
    'guardrail pii: version 1 → 2',
  ],
  [
    { retrieval: [{ name: 'handbook', chunkSize: 500 }] },
    { retrieval: [{ name: 'handbook', chunkSize: 800 }] },
    'retrieval',
    'retrieval handbook: chunk size 500 → 800',
  ],
  [
    { postProcessing: [{ name: 'mask', digest: digestOfText('0') }] },
    { postProcessing: [{ name: 'mask', digest: digestOfText('1') }] },
    'post_processing',
    'post-processing mask changed',
  ],
  [{ infrastructure: { region: 'eu' } }, { infrastructure: { region: 'us' } }, 'infra', 'region eu → us'],
  [
    { infrastructure: { packages: [{ name: '@acme/sdk', version: '1' }] } },
    { infrastructure: { packages: [{ name: '@acme/sdk', version: '2' }] } },
    'infra',
    'package @acme/sdk: version 1 → 2',
  ],
  [{ data: [{ name: 'tickets' }] }, { data: [{ name: 'orders' }] }, 'data', 'data orders added and 1 more'],
  [
    { evaluation: { judges: [{ name: 'strict', model: 'm-1' }] } },
    { evaluation: { judges: [{ name: 'strict', model: 'm-2' }] } },
    'eval',
    'judge strict: model m-1 → m-2',
  ],
  [
    { flags: [{ name: 'rerank', variant: 'off' }] },
    { flags: [{ name: 'rerank', variant: 'on' }] },
    'other',
    'flag rerank: variant off → on',
  ],
  [
    tools({ name: 'a/b', server: 'github', digest: digestOfText('0') }),
    tools({ name: 'a/b', server: 'github', digest: digestOfText('1') }),
    'tools',
    'tool a/b of github changed',
  ],
  [
    tools({ name: 'drop', server: 'db', digest: digestOfText('0'), destructive: false }),
    tools({ name: 'drop', server: 'db', digest: digestOfText('0'), destructive: true }),
    'tools',
    'tool drop of db: destructive false → true',
  ],
])('a difference has its kind and a headline that says what it is: %j → %j', (before, after, type, said) => {
  const whole = (part: Partial<Configuration>) => configuration.parse({ model: { name: 'm' }, ...part })
  const delta = configurationDelta(whole(before), whole(after))
  expect(changeTypesOf(delta)).toEqual([type])
  expect(headline(delta)).toBe(said)
})

test('tools of two servers may have one name, and a name told twice is refused', () => {
  const two = ['github', 'gitlab'].map((server) => ({ name: 'search', server, digest: digestOfText('0') }))
  const told = (parts: unknown[]) => configuration.safeParse({ model: { name: 'm' }, tools: parts }).success
  expect(told(two)).toBe(true)
  expect(told([...two, two[0]])).toBe(false)
})

test('P1.2: no member of a configuration takes a sentence', () => {
  const sentence = 'You are a careful support agent.'
  const refused = (part: object): boolean => !configuration.safeParse({ model: { name: 'm' }, ...part }).success
  for (const part of [
    { agent: { version: sentence } },
    { retrieval: [{ name: 'h', embeddingModel: sentence }] },
    { guardrails: [{ name: sentence }] },
    { guardrails: [{ name: 'pii', digest: sentence }] },
    { guardrails: [{ name: 'pii', digest: `sha256:${'a'.repeat(64)}` }] },
    { guardrails: [{ name: 'pii', text: sentence }] },
    { infrastructure: { packages: [{ name: sentence }] } },
    { evaluation: { judges: [{ name: 'j', version: sentence }] } },
    { flags: [{ name: 'f', variant: sentence }] },
    { tools: [{ name: 't', digest: digestOfText('0'), server: sentence }] },
  ])
    expect(refused(part), JSON.stringify(part)).toBe(true)
})
