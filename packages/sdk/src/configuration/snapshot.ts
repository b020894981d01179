import { namePattern } from '../names.ts'
import { budgetOf, canonicalJson, spend, type Budget } from './canonical-json.ts'
import { fields, InvalidField } from './fields.ts'

/** The most text, in characters, that one configuration may hold. */
export const mostCharacters = 1 << 20

/** A prompt or tool of a configuration, still as text. */
export interface TextPart {
  readonly name: string
  readonly text: string
  readonly version?: string
}

/** A configuration as it was at the moment of the call: later changes of the objects, and their getters, no longer matter. */
export interface Snapshot {
  readonly model: Record<string, string>
  readonly inference: Record<string, string | number>
  readonly prompts: readonly TextPart[]
  readonly tools: readonly TextPart[]
  readonly characters: number
}

const modelKinds = { provider: 'name', name: 'name!', servedName: 'name', systemFingerprint: 'name' } as const
const inferenceKinds = {
  temperature: 'number',
  topP: 'number',
  topK: 'number',
  maxTokens: 'integer',
  frequencyPenalty: 'number',
  presencePenalty: 'number',
  seed: 'integer',
  serviceTier: 'name',
  reasoningEffort: 'name',
} as const
const textKinds = { text: 'text!', version: 'name' } as const

/**
 * Reads a configuration, once.
 * @throws {InvalidField} names what isn't as the types say, never its value
 */
export function snapshotOf(configuration: unknown): Snapshot {
  const { model, inference, prompts, tools } = fields(configuration, 'configuration', {
    model: 'any!',
    inference: 'any',
    prompts: 'any',
    tools: 'any',
  })
  const budget = budgetOf(mostCharacters)
  const snapshot = {
    model: fields(model, 'model', modelKinds) as Record<string, string>,
    inference: fields(inference ?? {}, 'inference', inferenceKinds) as Record<string, string | number>,
    prompts: partsOf(prompts, 'prompts', 64, (value) => promptOf(value, budget)),
    tools: partsOf(tools, 'tools', 256, (value) => ({ text: toolText(value, budget) })),
  }
  return { ...snapshot, characters: mostCharacters - budget.characters }
}

function promptOf(value: unknown, budget: Budget): Omit<TextPart, 'name'> {
  if (typeof value === 'string') return { text: spend(budget, value) }
  const part = fields(value, 'prompts', textKinds) as unknown as Omit<TextPart, 'name'>
  spend(budget, part.text)
  return part
}

function toolText(value: unknown, budget: Budget): string {
  return typeof value === 'string' ? spend(budget, value) : canonicalJson(value, budget)
}

function partsOf(
  parts: unknown,
  field: string,
  most: number,
  read: (value: unknown) => Omit<TextPart, 'name'>,
): TextPart[] {
  if (parts === undefined) return []
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts)) throw new InvalidField(field)
  const names = Object.keys(parts).toSorted()
  if (names.length > most) throw new InvalidField(field)
  return names.map((name) => {
    if (!namePattern.test(name)) throw new InvalidField(field)
    try {
      return { name, ...read((parts as Record<string, unknown>)[name]) }
    } catch {
      throw new InvalidField(field)
    }
  })
}
