import { digestOf } from '@afterai/record'
import type { Configuration } from './configuration.ts'

/** A part of a set, by which it is sorted. */
interface NamedPart {
  readonly name: string
  readonly server?: string | undefined
}

/** What the first version of fingerprints knew. A configuration that says no more keeps the fingerprint that it had (ADR 0040). */
const firstParts: ReadonlySet<string> = new Set<keyof Configuration>(['model', 'prompts', 'inference', 'tools'])
const firstToolMembers: ReadonlySet<string> = new Set<keyof Configuration['tools'][number]>([
  'name',
  'digest',
  'version',
])

/** A configuration in its one form: parts that are sets are sorted by name, what is absent or empty is left out. */
export function normalizeConfiguration(configuration: Configuration): Configuration {
  const { model, inference, prompts, tools, ...others } = configuration
  return { model, prompts: tidied(prompts) ?? [], inference, tools: tidied(tools) ?? [], ...tidied(others) }
}

/** Sets in order, and without what holds nothing: that is as if it weren't told. */
function tidied<T>(value: T): T | undefined {
  if (Array.isArray(value)) return value.length === 0 ? undefined : (sorted(value.map(tidied) as NamedPart[]) as T)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).flatMap(([key, member]) => {
    const kept: unknown = tidied(member)
    return kept === undefined ? [] : [[key, kept] as const]
  })
  return members.length === 0 ? undefined : (Object.fromEntries(members) as T)
}

function sorted<T extends NamedPart>(parts: readonly T[]): T[] {
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
  const one = normalizeConfiguration(configuration)
  return digestOf({ v: isOfFirst(one) ? 1 : 2, ...one })
}

function isOfFirst(configuration: Configuration): boolean {
  return (
    Object.keys(configuration).every((part) => firstParts.has(part)) &&
    configuration.prompts.every(({ digest }) => digest !== undefined) &&
    configuration.tools.every((tool) => Object.keys(tool).every((member) => firstToolMembers.has(member)))
  )
}

/** A configuration without what only the provider says: a plan, or a pipeline, can't know it. */
export function asAsked({
  model: { servedName: _served, systemFingerprint: _system, ...model },
  ...configuration
}: Configuration): Configuration {
  return { ...configuration, model }
}
