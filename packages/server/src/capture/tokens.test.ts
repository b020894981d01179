import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Facts, type Slot, slots } from './gate/slots.ts'
import type { CallConfiguration } from './readings.ts'
import { tokensOf } from './tokens.ts'

function factsOf(values: Partial<Record<Slot, number>>): Facts {
  const facts = new Facts()
  for (const [slot, value] of Object.entries(values)) facts.set(slots[slot as Slot], 0, value)
  return facts
}
const by = (provider: string | undefined): CallConfiguration => ({ provider, requestedModel: 'm' }) as CallConfiguration

test('tokens of a cache that are more than the input lie beside it, and both count', () => {
  const told = factsOf({ inputTokens: 100, outputTokens: 20, cacheReadTokens: 2000, cacheWriteTokens: 0 })
  for (const provider of ['anthropic', 'openai', undefined]) {
    expect(tokensOf(told, by(provider), 'chat')).toMatchObject({ inputTokens: 2100, outputTokens: 20, mostInput: 2100 })
  }
})

test('tokens of a cache that may be within the input or beside it count as told, and cost as if beside', () => {
  const told = factsOf({ inputTokens: 3000, outputTokens: 20, cacheReadTokens: 2000, cacheWriteTokens: 500 })
  expect(tokensOf(told, by('anthropic'), 'chat')).toMatchObject({ inputTokens: 3000, mostInput: 6000 })
  expect(tokensOf(told, by('aws.bedrock'), 'chat')).toMatchObject({ inputTokens: 3000, mostInput: 6000 })
  // Where the provider's own API has them within, only what was written costs more.
  expect(tokensOf(told, by('openai'), 'chat')).toMatchObject({ inputTokens: 3000, mostInput: 3500 })
})

test('thoughts that lie beside the output count', () => {
  const told = factsOf({ inputTokens: 1, outputTokens: 20, reasoningTokens: 500 })
  expect(tokensOf(told, by('gcp.gemini'), 'chat')).toMatchObject({ outputTokens: 520, mostOutput: 520 })
  expect(tokensOf(told, by('openai'), 'chat')).toMatchObject({ outputTokens: 520, mostOutput: 520 })
  const fewer = factsOf({ inputTokens: 1, outputTokens: 600, reasoningTokens: 500 })
  expect(tokensOf(fewer, by('gcp.gemini'), 'chat')).toMatchObject({ outputTokens: 600, mostOutput: 1100 })
  expect(tokensOf(fewer, by('openai'), 'chat')).toMatchObject({ outputTokens: 600, mostOutput: 600 })
})

const tokens = fc.nat(10_000)

test('what it can have cost is never below what it cost, whoever counted in which way', () => {
  fc.assert(
    fc.property(tokens, tokens, tokens, tokens, fc.boolean(), (fresh, read, written, output, isApart) => {
      const input = isApart ? fresh : fresh + read + written
      const told = { inputTokens: input, outputTokens: output, cacheReadTokens: read, cacheWriteTokens: written }
      // A token that was written costs twice, one that was read a tenth, at Anthropic, for a cache of an hour.
      const cost = fresh + 0.1 * read + 2 * written
      const { inputTokens, mostInput } = tokensOf(factsOf(told), by('anthropic'), 'chat')
      expect(mostInput).toBeGreaterThanOrEqual(cost)
      expect(inputTokens).toBeGreaterThanOrEqual(read + written)
      // Whose API has them within, its numbers are what they are told to be.
      const within = { ...told, inputTokens: fresh + read + written }
      expect(tokensOf(factsOf(within), by('openai'), 'chat').inputTokens).toBe(within.inputTokens)
    }),
  )
})

test('without tokens none are made up', () => {
  expect(tokensOf(factsOf({}), by('openai'), 'chat')).toEqual({
    inputTokens: undefined,
    outputTokens: undefined,
    mostInput: 0,
    mostOutput: 0,
  })
})

test('P6.6: a side that isn’t told is what the total has beside the other; of a total alone the split isn’t made up', () => {
  const sides = (told: Partial<Record<Slot, number>>, request: 'chat' | 'embeddings' = 'chat') => {
    const { inputTokens, outputTokens } = tokensOf(factsOf(told), by('openai'), request)
    return [inputTokens, outputTokens]
  }
  expect(sides({ totalTokens: 120, inputTokens: 100 })).toEqual([100, 20])
  expect(sides({ totalTokens: 120, outputTokens: 20 })).toEqual([100, 20])
  expect(sides({ totalTokens: 120 })).toEqual([undefined, undefined])
  expect(sides({ totalTokens: 120 }, 'embeddings')).toEqual([120, undefined])
  expect(sides({ totalTokens: 120, inputTokens: 120 }, 'embeddings')).toEqual([120, undefined])
  // A total that is less than a part, or has parts that may lie beside it, tells nothing.
  expect(sides({ totalTokens: 90, inputTokens: 100 })).toEqual([100, undefined])
  expect(sides({ totalTokens: 1120, inputTokens: 100, cacheReadTokens: 1000 })).toEqual([1100, undefined])
  expect(sides({ totalTokens: 999, inputTokens: 100, outputTokens: 20 })).toEqual([100, 20])
})
