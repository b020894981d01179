import { shortDigest } from '../look/copyable.tsx'

/** What a system runs with as pairs of a name and a value; digests by their two ends. Empty parts are left out. */
export function configurationRows(configuration: object): (readonly [name: string, value: string])[] {
  return Object.entries(configuration).flatMap(([name, part]: [string, unknown]) => leaves(part, [name]))
}

function leaves(value: unknown, path: readonly string[]): (readonly [string, string])[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [[path.join(' · '), shortDigest(`${value as string | number | boolean}`)]]
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leaves(item, [...path, nameOf(item, index)]))
  const isNamed = path.length > 1 && 'name' in value && path.at(-1) === value.name
  return Object.entries(value)
    .filter(([name]) => !(isNamed && name === 'name'))
    .flatMap(([name, part]: [string, unknown]) => leaves(part, [...path, name]))
}

function nameOf(item: unknown, index: number): string {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
    ? item.name
    : String(index + 1)
}
