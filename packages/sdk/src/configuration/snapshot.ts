import { InvalidField, isName } from '../names.ts'
import { unknownField } from '../unknown-field.ts'
import { budgetOf, canonicalJson, spend, type Budget } from './canonical-json.ts'

/** The most text, in characters, that one configuration may hold. */
const mostCharacters = 1 << 20

/** The most text, in characters, that may be in a few names and numbers and one title. */
const mostPlainCharacters = 1 << 13

/** The same, of a configuration without its texts: hundreds of parts may have a name. */
const mostIdentityCharacters = 1 << 18

const mostParts = 256

/** Stands for a digest until there is one; no name can hold it. */
const mark = '\0'

const known = [
  'model',
  'prompts',
  'inference',
  'tools',
  'mcp',
  'agent',
  'retrieval',
  'guardrails',
  'postProcessing',
  'infrastructure',
  'data',
  'evaluation',
  'flags',
] as const

/** A configuration as it was at the moment of the call: later changes of the objects, and their getters, no longer matter. */
export interface Snapshot {
  /** Canonical JSON in pieces; between one and the next is the digest of a text. The sender checks what is in it. */
  readonly pieces: readonly string[]
  readonly texts: readonly string[]
  readonly characters: number
}

type Read = (value: unknown) => object

/**
 * Reads a configuration, once.
 * @throws for what can't be read, or is larger than the bounds; an InvalidField names where, never what
 */
export function snapshotOf(configuration: unknown): Snapshot {
  const given = { ...objectOf(configuration) } as Partial<Record<(typeof known)[number], unknown>>
  for (const key of Object.keys(given))
    if (!(known as readonly string[]).includes(key)) throw new InvalidField(unknownField('configuration', key, known))
  if (given.model === undefined) throw new InvalidField('configuration.model')
  const budget = budgetOf(mostCharacters)
  const texts: string[] = []
  const identity = canonicalJson(identityOf(given, texts, budget), budgetOf(mostIdentityCharacters))
  const pieces = identity.split(JSON.stringify(mark))
  if (pieces.length !== texts.length + 1) throw new TypeError('a name holds the mark')
  return { pieces, texts, characters: mostCharacters - budget.characters }
}

/**
 * What the fingerprint is made of, with the mark where digests go. Members are read in the order in which canonical JSON has them, and so
 * are the texts.
 */
function identityOf(given: Record<string, unknown>, texts: string[], budget: Budget): object {
  const digest = (text: string): { digest: string } => {
    texts.push(spend(budget, text))
    return { digest: mark }
  }
  const textual: Read = (value) => {
    const { text, ...others } = typeof value === 'string' ? { text: value } : objectOf(value)
    if (text !== undefined && typeof text !== 'string') throw new TypeError('no text')
    return text === undefined ? others : { ...others, ...digest(text) }
  }
  const definition = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value, budget))
  const set = (field: string, read: Read, parts = given[field]): object[] | undefined => setOf(field, parts, read)
  const { evaluation = {}, infrastructure = {} } = given
  const { datasets, judges, scorers, ...otherwise } = objectOf(evaluation)
  const { packages, ...place } = objectOf(infrastructure)
  const before = {
    agent: filled(objectOf(given['agent'] ?? {})),
    data: set('data', textual),
    evaluation: filled({
      ...otherwise,
      datasets: set('evaluation.datasets', textual, datasets),
      judges: set('evaluation.judges', textual, judges),
      scorers: set('evaluation.scorers', textual, scorers),
    }),
    flags: set('flags', (value) => (typeof value === 'string' ? { variant: value } : objectOf(value))),
    guardrails: set('guardrails', textual),
    infrastructure: filled({
      ...place,
      packages: set('infrastructure.packages', (version) => ({ version }), packages),
    }),
    postProcessing: set('postProcessing', textual),
  }
  const prompts = set('prompts', textual) ?? []
  const retrieval = set('retrieval', textual)
  const own = set('tools', (value) => digest(definition(value))) ?? []
  const offered = Object.keys(objectOf(given['mcp'] ?? {}))
    .toSorted()
    .flatMap((server) =>
      offeredBy(server, (given['mcp'] as Record<string, unknown>)[server], (it) => digest(definition(it))),
    )
  const isOfFirst = filled({ ...before, retrieval }) === undefined && offered.length === 0
  const { model, inference = {} } = given
  return { ...before, inference, model, prompts, retrieval, tools: [...own, ...offered], v: isOfFirst ? 1 : 2 }
}

/** The tools that an MCP server lists: their texts as one definition, and what it says that they do. */
function offeredBy(server: string, value: unknown, digest: (definition: object) => object): object[] {
  const { version: serverVersion, tools } = objectOf(value)
  const named = Array.isArray(tools) && tools.length <= mostParts ? (tools as unknown[]).map(objectOf) : undefined
  const names = named?.map(({ name }) => name)
  if (named === undefined || !isName(server) || !names?.every(isName) || new Set(names).size < names.length)
    throw new InvalidField('mcp')
  return named
    .toSorted((a, b) => ((a['name'] as string) < (b['name'] as string) ? -1 : 1))
    .map(({ name, description, inputSchema, outputSchema, annotations = {}, ...others }) => {
      const hints = objectOf(annotations)
      const { title = hints['title'] } = others
      return {
        ...digest({ name, title, description, inputSchema, outputSchema }),
        name,
        server,
        serverVersion,
        readOnly: hints['readOnlyHint'],
        destructive: hints['destructiveHint'],
        idempotent: hints['idempotentHint'],
        openWorld: hints['openWorldHint'],
      }
    })
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

/** Undefined where nothing is in it: that is as if it weren't told. */
function filled(value: object): object | undefined {
  return Object.values(value).some((member) => member !== undefined) ? value : undefined
}

function setOf(field: string, parts: unknown, read: Read): object[] | undefined {
  try {
    const given = objectOf(parts ?? {})
    const names = Object.keys(given).toSorted()
    if (Array.isArray(given) || names.length > mostParts) throw new TypeError('no parts')
    if (names.length === 0) return undefined
    return names.map((name) => ({ ...read(given[name]), name }))
  } catch (error) {
    throw error instanceof InvalidField ? error : new InvalidField(field)
  }
}
