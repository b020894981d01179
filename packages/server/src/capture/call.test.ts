import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { callOf } from './call.ts'
import { Facts, type Slot, slots } from './gate/slots.ts'
import { SpanRecords } from './nesting/span-records.ts'
import type { CallConfiguration } from './readings.ts'

const names = [
  'provider',
  'requestedModel',
  'servedModel',
  'eitherModel',
  'systemFingerprint',
  'prompt',
  'tools',
  'serviceTier',
  'reasoningEffort',
] as const satisfies readonly Slot[]
const numbers = ['temperature', 'topP', 'topK', 'maxTokens', 'frequencyPenalty', 'presencePenalty'] as const

// Few values, so that they come again at other places; among them those that nothing at all might be written as.
const name = fc.constantFrom('undefined', 'null', 'NaN', '0', '1', '-', 'a', 'a:b', 'gpt-4o', 'openai.chat', 'openai')
/** A text that says nothing of a model is none once it is the name of what was served. */
const namesOfModels: ReadonlySet<string | number | undefined> = new Set([
  '0',
  '1',
  'a',
  'a:b',
  'gpt-4o',
  'openai.chat',
  'openai',
])
const servedAs = (it: string | number | undefined) => (namesOfModels.has(it) ? it : undefined)
const number = fc.constantFrom(0, 1, 0.5, 1e21, -1)
type Told = Partial<Record<Slot, string | number | undefined>>

const told = fc.record(
  { ...Object.fromEntries(names.map((it) => [it, name])), ...Object.fromEntries(numbers.map((it) => [it, number])) },
  { requiredKeys: [] },
) as fc.Arbitrary<Told>

function configurationOf(values: Told, failed = false): CallConfiguration | undefined {
  const facts = new Facts()
  for (const [slot, value] of Object.entries(values)) if (value !== undefined) facts.set(slots[slot as Slot], 0, value)
  facts.set(slots.operation, 0, 'chat')
  const frame = { startMs: 1, endMs: 2, durationMs: 1, failed, spans: new SpanRecords(), span: -1 }
  return callOf(facts, new Facts(), frame, 2)?.configuration
}

test('P4.1: a setting that isn’t told is not one that is called “undefined”', () => {
  for (const slot of names.filter((it) => it !== 'servedModel' && it !== 'eitherModel')) {
    const other = configurationOf({ requestedModel: 'x', [slot]: 'undefined' })
    expect(configurationOf({ requestedModel: 'x' }), slot).not.toBe(other)
  }
  expect(configurationOf({ requestedModel: 'x' })?.servedModel).toBeUndefined()
})

test('P4.1: two calls share a configuration only if theirs are equal', () => {
  fc.assert(
    fc.property(told, fc.constantFrom(...names), fc.boolean(), (all: Told, slot, failed) => {
      const without: Told = { ...all, [slot]: undefined }
      const texts = new Map<CallConfiguration | undefined, string>()
      for (const values of [without, { ...all, [slot]: 'undefined' }, all, { ...all, [slot]: 'null' }, without]) {
        const configuration = configurationOf(values, failed)
        const { requestedModel = values.eitherModel, servedModel, provider } = values
        const either = failed || values.eitherModel === requestedModel ? undefined : values.eitherModel
        expect(configuration).toMatchObject({
          provider: provider === 'openai.chat' ? 'openai' : provider,
          requestedModel,
          servedModel: servedAs(servedModel ?? either),
          systemFingerprint: values.systemFingerprint,
          prompt: values.prompt,
          tools: values.tools,
        })
        const inference: Told = configuration?.inference ?? {}
        for (const it of [...numbers, 'serviceTier', 'reasoningEffort'] as const) expect(inference[it]).toBe(values[it])
        const text = JSON.stringify(configuration)
        expect(texts.get(configuration) ?? text).toBe(text)
        texts.set(configuration, text)
      }
    }),
    { numRuns: 500 },
  )
})
