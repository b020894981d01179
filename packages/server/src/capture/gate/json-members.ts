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

/** Members of `langfuse.observation.usage_details`: each is a part, so those of one side are added. */
export const usageMembers: Readonly<Record<string, 'inputTokens' | 'outputTokens'>> = {
  input: 'inputTokens',
  input_cached_tokens: 'inputTokens',
  input_cache_read: 'inputTokens',
  input_cache_creation: 'inputTokens',
  input_audio_tokens: 'inputTokens',
  output: 'outputTokens',
  output_reasoning_tokens: 'outputTokens',
  output_audio_tokens: 'outputTokens',
}

/** Where these rank among the attributes of the same slot: after any attribute of its own. */
const rank = 200

const nameSlots: ReadonlySet<Slot> = new Set(['requestedModel', 'serviceTier', 'reasoningEffort'])
const integerSlots: ReadonlySet<Slot> = new Set(['maxTokens', 'seed'])

/** Reads the allowed members of an object of JSON; all else in it is dropped and counted. */
export function readJsonMembers(kind: 'parametersJson' | 'usageJson', text: string, facts: Facts, drops: Drops): void {
  const object = parseObject(text)
  if (object === undefined) return drops.field('wrong_form')
  const sums = new Map<Slot, number>()
  for (const [key, value] of Object.entries(object)) {
    if (kind === 'usageJson') {
      const slot = Object.hasOwn(usageMembers, key) ? usageMembers[key] : undefined
      if (slot !== undefined && isCount(value)) sums.set(slot, (sums.get(slot) ?? 0) + value)
      else drops.field('json_member')
    } else if (!setParameter(facts, key, value)) drops.field('json_member')
  }
  for (const [slot, sum] of sums) facts.set(slots[slot], rank, sum)
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

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1e9
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
