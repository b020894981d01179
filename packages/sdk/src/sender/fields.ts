import { InvalidField, isKeyedDigest, isModelName, isName, isPackageName, isVersion } from '../names.ts'
import { unknownField } from '../unknown-field.ts'

/** The forms that a field may have. */
export type Kind = keyof typeof forms

/** The fields of an object by name; `!` says that one can't be left out. */
export type Kinds = Readonly<Record<string, Kind | `${Kind}!`>>

const forms = {
  name: isName,
  modelName: isModelName,
  packageName: isPackageName,
  version: isVersion,
  digest: isKeyedDigest,
  boolean: (value: unknown) => typeof value === 'boolean',
  number: Number.isFinite,
  integer: Number.isSafeInteger,
  count: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  text: (value: unknown) => typeof value === 'string',
  any: () => true,
} as const

/**
 * The named fields of an object, checked; `!` says that it can't be left out. Other fields are refused, as the server does.
 * @throws {InvalidField}
 */
export function fields(value: unknown, at: string, kinds: Kinds): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new InvalidField(at)
  const found: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined
    if (kind === undefined) throw new InvalidField(unknownField(at, key, Object.keys(kinds)))
    if (!forms[kind.replace('!', '') as Kind](member)) throw new InvalidField(`${at}.${key}`)
    found[key] = member
  }
  for (const key in kinds)
    if (kinds[key]?.endsWith('!') && found[key] === undefined) throw new InvalidField(`${at}.${key}`)
  return found
}
