import { acceptedText } from './accepted-text.ts'
import type { Drops } from './dropped-names.ts'
import { type Facts, type Slot, slots } from './slots.ts'

/** Members of `llm.invocation_parameters` and `langfuse.observation.model.parameters` that may pass; numbers and names alone. */
export const parameterMembers: Readonly<Record<string, Slot>> = {
  model: 'requestedModel',
  temperature: 'temperature',
  top_p: 'topP',
  topP: 'topP',
  top_k: 'topK',
  topK: 'topK',
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  max_output_tokens: 'maxTokens',
  maxOutputTokens: 'maxTokens',
  maxTokens: 'maxTokens',
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  seed: 'seed',
  service_tier: 'serviceTier',
  reasoning_effort: 'reasoningEffort',
}

/**
 * Members of `langfuse.observation.usage_details`: each is a part, so those of one side are added, or the `total` of all. Those of Anthropic come as its API calls them
 * (langfuse.com/docs/observability/features/token-and-cost-tracking).
 */
export const usageMembers: Readonly<Record<string, 'inputTokens' | 'outputTokens' | 'totalTokens'>> = {
  input: 'inputTokens',
  input_cached_tokens: 'inputTokens',
  input_cache_read: 'inputTokens',
  input_cache_creation: 'inputTokens',
  input_audio_tokens: 'inputTokens',
  cache_read_input_tokens: 'inputTokens',
  cache_creation_input_tokens: 'inputTokens',
  output: 'outputTokens',
  output_reasoning_tokens: 'outputTokens',
  output_audio_tokens: 'outputTokens',
  total: 'totalTokens',
}

/** Of these, the tokens that were written to a cache. */
const writtenMembers: ReadonlySet<string> = new Set(['input_cache_creation', 'cache_creation_input_tokens'])

/** Where these rank among the attributes of the same slot: after any attribute of its own. */
const rank = 200

const nameSlots: ReadonlySet<Slot> = new Set(['requestedModel', 'serviceTier', 'reasoningEffort'])
const integerSlots: ReadonlySet<Slot> = new Set(['maxTokens', 'seed'])

/** Reads the allowed members of an object of JSON; all else in it is dropped and counted. */
export function readJsonMembers(kind: 'parametersJson' | 'usageJson', text: string, facts: Facts, drops: Drops): void {
  const object = parseObject(text)
  if (object === undefined) return drops.field('wrong_form')
  if (kind === 'usageJson') return readUsage(object, facts, drops)
  for (const [key, value] of Object.entries(object)) if (!setParameter(facts, key, value)) drops.field('json_member')
}

function readUsage(object: Readonly<Record<string, unknown>>, facts: Facts, drops: Drops): void {
  const sums = new Map<Slot, number>()
  const add = (slot: Slot, count: number): void => void sums.set(slot, (sums.get(slot) ?? 0) + count)
  for (const [key, value] of Object.entries(object)) {
    const slot = Object.hasOwn(usageMembers, key) ? usageMembers[key] : undefined
    const count = countOf(value)
    if (slot === undefined || count === undefined) drops.field('json_member')
    else {
      add(slot, count)
      if (writtenMembers.has(key)) add('cacheWriteTokens', count)
    }
  }
  if (sums.size === 0) return
  for (const [slot, sum] of sums) facts.set(slots[slot], rank, sum)
  facts.set(slots.cacheWithin, rank, 1)
}

function setParameter(facts: Facts, key: string, value: unknown): boolean {
  const slot = Object.hasOwn(parameterMembers, key) ? parameterMembers[key] : undefined
  if (slot === undefined) return false
  if (nameSlots.has(slot)) {
    const accepted =
      typeof value === 'string' ? acceptedText(slot === 'requestedModel' ? 'model' : 'name', value) : undefined
    if (accepted === undefined) return false
    facts.set(slots[slot], rank, accepted)
    return true
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  if (integerSlots.has(slot) && !Number.isSafeInteger(value)) return false
  facts.set(slots[slot], rank, value)
  return true
}

/** A count, also where a library wrote it as text. */
function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && count <= 1e9 ? count : undefined
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
