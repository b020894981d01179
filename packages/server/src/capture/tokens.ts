import { type Facts, slots } from './gate/slots.ts'
import type { CallConfiguration } from './readings.ts'
import type { RequestKind } from './request-kind.ts'

const mostTokens = 1e9

/** Tokens of a request: as many as it is known to have had, and as many as it can have cost, each at the full price of its side. */
export interface Tokens {
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly mostInput: number
  readonly mostOutput: number
}

/**
 * The tokens that a span tells of. OpenTelemetry's conventions have those of caches within the input tokens, and those of reasoning within the
 * output's; the APIs of Anthropic and Bedrock count caches apart, Gemini's counts thoughts apart, and some libraries hand that on as it is.
 * More of a part than of the whole shows it. Where it doesn't show, the numbers count as they are told, and the cost is that of the dearer
 * reading. Writing to a cache costs twice the price of a token at most (Anthropic's cache of an hour).
 */
export function tokensOf(facts: Facts, configuration: CallConfiguration, request: RequestKind): Tokens {
  const read = count(facts, slots.cacheReadTokens) ?? 0
  const written = count(facts, slots.cacheWriteTokens) ?? 0
  const thought = count(facts, slots.reasoningTokens) ?? 0
  const apart = read + written
  const [input, output] = sidesOf(facts, request, apart + thought > 0)
  if (apart + thought === 0) {
    return { inputTokens: input, outputTokens: output, mostInput: input ?? 0, mostOutput: output ?? 0 }
  }
  const inputTokens = input === undefined || apart > input ? sum(input, apart) : input
  const outputTokens = output === undefined || thought > output ? sum(output, thought) : output
  const isWithin = facts.at(slots.cacheWithin) !== undefined || !countsCachesApart(configuration)
  const mostInput = (isWithin ? (inputTokens ?? 0) : (input ?? 0) + apart) + written
  const mostOutput = countsThoughtsApart(configuration) ? (output ?? 0) + thought : (outputTokens ?? 0)
  return { inputTokens, outputTokens, mostInput, mostOutput }
}

/**
 * The tokens of either side. One that isn't told is what the total has beside the other; of embeddings, nothing is put out. Beside parts that
 * may be within the total or not, nothing follows from it.
 */
function sidesOf(facts: Facts, request: RequestKind, hasParts: boolean): readonly (number | undefined)[] {
  const sides = [count(facts, slots.inputTokens), count(facts, slots.outputTokens)] as const
  const [input, output] = sides
  const total = count(facts, slots.totalTokens)
  if (total === undefined || hasParts || total < (input ?? output ?? 0)) return sides
  if (input !== undefined) return [input, output ?? (request === 'embeddings' ? undefined : total - input)]
  if (output !== undefined) return [total - output, output]
  return request === 'embeddings' ? [total, undefined] : sides
}

function sum(told: number | undefined, apart: number): number | undefined {
  return told === undefined && apart === 0 ? undefined : (told ?? 0) + apart
}

// Who asks Anthropic's models through another provider's API gets them counted as either does.
function countsCachesApart({ provider, requestedModel, servedModel }: CallConfiguration): boolean {
  return (
    provider === undefined ||
    /anthropic|bedrock|claude|aws|amazon/i.test(`${provider} ${requestedModel} ${servedModel}`)
  )
}

function countsThoughtsApart({ provider, requestedModel, servedModel }: CallConfiguration): boolean {
  return provider === undefined || /google|gcp|gemini|vertex/i.test(`${provider} ${requestedModel} ${servedModel}`)
}

function count(facts: Facts, index: number): number | undefined {
  const value = facts.number(index)
  return value !== undefined && value >= 0 && value <= mostTokens ? value : undefined
}
