import { InvalidField, isName } from '../names.ts'
import { unknownField } from '../unknown-field.ts'
import { budgetOf, canonicalJson, spend, type Budget } from './canonical-json.ts'

/** The most text, in characters, that one configuration may hold. */
const mostCharacters = 1 << 20

/** The most text, in characters, that may be in what isn't a prompt or a tool: it is names, numbers and one title. */
const mostPlainCharacters = 1 << 13

const mostParts = 256

/** A prompt or tool of a configuration, still as text. */
export interface TextPart {
  readonly name: string
  readonly text: string
  readonly version?: string | undefined
}

/** A configuration as it was at the moment of the call: later changes of the objects, and their getters, no longer matter. */
export interface Snapshot {
  /** Canonical JSON. The sender checks what is in it. */
  readonly model: string
  readonly inference: string
  readonly prompts: readonly TextPart[]
  readonly tools: readonly TextPart[]
  readonly characters: number
}

/**
 * Reads a configuration, once.
 * @throws for what can't be read, or is larger than the bounds; an InvalidField names where, never what
 */
export function snapshotOf(configuration: unknown): Snapshot {
  const { model, inference = {}, prompts = {}, tools = {}, ...others } = objectOf(configuration)
  refuseOthers('configuration', others, ['model', 'inference', 'prompts', 'tools'])
  if (model === undefined) throw new InvalidField('configuration.model')
  const budget = budgetOf(mostCharacters)
  return {
    model: plainJson(model),
    inference: plainJson(inference),
    prompts: partsOf(prompts, 'prompts', (value) => promptOf(value, budget)),
    tools: partsOf(tools, 'tools', (value) => ({
      text: typeof value === 'string' ? spend(budget, value) : canonicalJson(value, budget),
    })),
    characters: mostCharacters - budget.characters,
  }
}

/**
 * An object, and nothing that would be spread into its characters.
 * @throws {TypeError}
 */
export function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('no object')
  return value as Record<string, unknown>
}

/**
 * Canonical JSON of something small.
 * @throws {TypeError}
 */
export function plainJson(value: unknown): string {
  return canonicalJson(value, budgetOf(mostPlainCharacters))
}

function promptOf(value: unknown, budget: Budget): Omit<TextPart, 'name'> {
  const { text, version, ...others } = typeof value === 'string' ? { text: value } : objectOf(value)
  refuseOthers('prompts', others, ['text', 'version'])
  if (typeof text !== 'string' || !(version === undefined || isName(version))) throw new TypeError('no prompt')
  return { text: spend(budget, text), version }
}

function partsOf(parts: unknown, field: string, read: (value: unknown) => Omit<TextPart, 'name'>): TextPart[] {
  try {
    const given = objectOf(parts)
    const names = Object.keys(given).toSorted()
    if (Array.isArray(given) || names.length > mostParts) throw new TypeError('no parts')
    return names.map((name) => {
      if (!isName(name)) throw new TypeError('no name')
      return { name, ...read(given[name]) }
    })
  } catch (error) {
    throw error instanceof InvalidField ? error : new InvalidField(field)
  }
}

function refuseOthers(at: string, others: object, known: readonly string[]): void {
  const [other] = Object.keys(others)
  if (other !== undefined) throw new InvalidField(unknownField(at, other, known))
}
