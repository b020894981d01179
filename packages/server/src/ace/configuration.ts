import type { Configuration, DeltaItem } from '@afterai/contract'
import { digestOf } from '@afterai/record'

type Category = DeltaItem['category']
type Value = string | number | boolean

/** A part of a set, as it is compared: its name, and the names of its other members. */
interface Part {
  readonly name: string
  readonly server?: string | undefined
  readonly [member: string]: Value | undefined
}

/** The kind of change that a difference in each part of a configuration is. */
const categories: Readonly<Record<keyof Configuration, Category>> = {
  model: 'model',
  prompts: 'prompt',
  inference: 'inference',
  tools: 'tools',
  agent: 'other',
  retrieval: 'retrieval',
  guardrails: 'guardrails',
  postProcessing: 'post_processing',
  infrastructure: 'infra',
  data: 'data',
  evaluation: 'eval',
  flags: 'other',
}

/** What the first version of fingerprints knew. A configuration that says no more keeps the fingerprint that it had (ADR 0040). */
const firstParts: ReadonlySet<string> = new Set<keyof Configuration>(['model', 'prompts', 'inference', 'tools'])
const firstToolMembers: ReadonlySet<string> = new Set<keyof Configuration['tools'][number]>([
  'name',
  'digest',
  'version',
])

/** A configuration in its one form: parts that are sets are sorted by name, what is absent or empty is left out. */
export function normalize(configuration: Configuration): Configuration {
  const { model, inference, prompts, tools, ...others } = configuration
  return { model, prompts: tidied(prompts) ?? [], inference, tools: tidied(tools) ?? [], ...tidied(others) }
}

/** Sets in order, and without what holds nothing: that is as if it weren't told. */
function tidied<T>(value: T): T | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : (sorted(value.map(tidied) as Part[]) as T)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).flatMap(([key, member]) => {
    const kept: unknown = tidied(member)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return members.length === 0 ? undefined : (Object.fromEntries(members) as T)
}

function sorted<T extends { readonly name: string; readonly server?: string | undefined }>(parts: readonly T[]): T[] {
  return parts.toSorted((a, b) => compare(a.server ?? '', b.server ?? '') || compare(a.name, b.name))
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/**
 * The identity of a configuration: the same metadata has the same fingerprint, in whatever order it came. Its version is the first that
 * knew all that is said.
 */
export function fingerprintOf(configuration: Configuration): string {
  const one = normalize(configuration)
  return digestOf({ v: isOfFirst(one) ? 1 : 2, ...one })
}

function isOfFirst(configuration: Configuration): boolean {
  return (
    Object.keys(configuration).every((part) => firstParts.has(part)) &&
    configuration.prompts.every(({ digest }) => digest !== undefined) &&
    configuration.tools.every((tool) => Object.keys(tool).every((member) => firstToolMembers.has(member)))
  )
}

/** Lists the values that differ, one item each, by JSON pointer. A configuration that isn't known counts as empty. */
export function configurationDelta(before: Configuration | null, after: Configuration | null): DeltaItem[] {
  const old = flatten(before)
  const next = flatten(after)
  return [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((path) => {
    const change = { path, before: old.get(path) ?? null, after: next.get(path) ?? null }
    return change.before === change.after ? [] : [{ category: categoryOf(path), ...change }]
  })
}

/** The kinds of change in a delta. A served model or system fingerprint that moves by itself is the vendor's doing. */
export function changeTypesOf(delta: readonly DeltaItem[]): Category[] {
  const types = new Set(delta.map(({ category }) => category))
  if (types.has('model')) types.delete('vendor_blackbox')
  return [...types].toSorted()
}

function flatten(configuration: Configuration | null): Map<string, Value> {
  const values = new Map<string, Value>()
  const add = (path: string, value: unknown): void => {
    if (value === undefined) return
    if (Array.isArray(value)) for (const part of value as Part[]) addPart(path, part)
    else if (typeof value === 'object' && value !== null)
      for (const [key, member] of Object.entries(value)) add(`${path}/${key}`, member)
    else values.set(path, value as Value)
  }
  // A name alone says that the part is there.
  const addPart = (path: string, { name, server, ...members }: Part): void => {
    const at = `${path}/${server === undefined ? '' : `${pointerToken(server)}/`}${pointerToken(name)}`
    if (members['digest'] === undefined) values.set(`${at}/name`, name)
    for (const [key, member] of Object.entries(members)) if (member !== undefined) values.set(`${at}/${key}`, member)
  }
  for (const [part, value] of Object.entries(configuration ?? {})) add(`/${part}`, value)
  return values
}

/** A name as a part of a JSON pointer (RFC 6901 §3). */
function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function categoryOf(path: string): Category {
  if (path === '/model/servedName' || path === '/model/systemFingerprint') return 'vendor_blackbox'
  return categories[path.split('/')[1] as keyof Configuration]
}
