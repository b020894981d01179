import type { Configuration, DeltaItem } from '@afterai/contract'
import { digestOf } from '@afterai/record'

/** A configuration in its one form: parts that are sets are sorted by name, what is absent is left out. */
export function normalize(configuration: Configuration): Configuration {
  return {
    ...configuration,
    prompts: configuration.prompts.toSorted(byName),
    tools: configuration.tools.toSorted(byName),
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}

/** The identity of a configuration: the same metadata has the same fingerprint, in whatever order it came. */
export function fingerprintOf(configuration: Configuration): string {
  return digestOf({ v: 1, ...normalize(configuration) })
}

/** A configuration without what only the provider says: a plan, or a pipeline, can't know it. */
export function asAsked({
  model: { servedName: _served, systemFingerprint: _system, ...model },
  ...configuration
}: Configuration): Configuration {
  return { ...configuration, model }
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
export function changeTypesOf(delta: readonly DeltaItem[]): DeltaItem['category'][] {
  const types = new Set(delta.map(({ category }) => category))
  if (types.has('model')) types.delete('vendor_blackbox')
  return [...types].toSorted()
}

/** A short headline of a delta, for lists. */
export function headline(delta: readonly DeltaItem[]): string {
  const [first, ...rest] = delta.toSorted((a, b) => rank(a) - rank(b))
  if (first === undefined) return 'no difference in the configuration'
  const more = rest.length > 0 ? ` and ${rest.length} more` : ''
  return `${describe(first)}${more}`
}

function describe({ category, path, before, after }: DeltaItem): string {
  const name = path.split('/').slice(2).join('/')
  if (category === 'prompt' || category === 'tools') {
    const verb = before === null ? 'added' : after === null ? 'removed' : 'changed'
    return `${category === 'prompt' ? 'prompt' : 'tool'} ${name.replace(/\/(digest|version)$/, '')} ${verb}`
  }
  return `${name === 'name' ? 'model' : name} ${before ?? 'unset'} → ${after ?? 'unset'}`
}

const ranks: readonly string[] = ['model', 'vendor_blackbox', 'prompt', 'tools', 'inference']

function rank({ category, path }: DeltaItem): number {
  return ranks.indexOf(category) + (path === '/model/name' ? -1 : 0)
}

function flatten(configuration: Configuration | null): Map<string, string | number> {
  const values = new Map<string, string | number>()
  if (configuration === null) return values
  for (const part of ['model', 'inference'] as const) {
    for (const [key, value] of Object.entries(configuration[part])) {
      if (value !== undefined) values.set(`/${part}/${key}`, value)
    }
  }
  for (const part of ['prompts', 'tools'] as const) {
    for (const { name, digest, version } of configuration[part]) {
      values.set(`/${part}/${pointerToken(name)}/digest`, digest)
      if (version !== undefined) values.set(`/${part}/${pointerToken(name)}/version`, version)
    }
  }
  return values
}

/** A name as a part of a JSON pointer (RFC 6901 §3). */
function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function categoryOf(path: string): DeltaItem['category'] {
  if (path === '/model/servedName' || path === '/model/systemFingerprint') return 'vendor_blackbox'
  if (path.startsWith('/model/')) return 'model'
  if (path.startsWith('/prompts/')) return 'prompt'
  if (path.startsWith('/tools/')) return 'tools'
  return 'inference'
}
