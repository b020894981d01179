import type { Configuration, DeltaItem } from '@afterai/contract'

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
