import { InvalidField, isModelName, isName } from '../names.ts'
import { unknownField } from '../unknown-field.ts'

type Kind = 'name' | 'modelName' | 'number' | 'integer' | 'text' | 'any'

/**
 * The named fields of an object, checked; `!` says that it can't be left out. Other fields are refused, as the server does.
 * @throws {InvalidField}
 */
export function fields(
  value: unknown,
  at: string,
  kinds: Readonly<Record<string, Kind | `${Kind}!`>>,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new InvalidField(at)
  const found: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(value)) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined
    if (kind === undefined) throw new InvalidField(unknownField(at, key, Object.keys(kinds)))
    if (!is(kind.replace('!', '') as Kind, member)) throw new InvalidField(`${at}.${key}`)
    found[key] = member
  }
  for (const key in kinds)
    if (kinds[key]?.endsWith('!') && found[key] === undefined) throw new InvalidField(`${at}.${key}`)
  return found
}

function is(kind: Kind, value: unknown): boolean {
  if (kind === 'name') return isName(value)
  if (kind === 'modelName') return isModelName(value)
  if (kind === 'number') return Number.isFinite(value)
  if (kind === 'integer') return Number.isSafeInteger(value)
  return kind === 'any' || typeof value === 'string'
}
