import type { Difference } from './compare-catalogue.ts'
import { anyLogin } from './read-catalogue.ts'

/** Describes a difference, as a phrase. Names that others chose are shown without what isn't printable. */
export function describeDifference({ object, made, found }: Difference): string {
  const name = printable(object)
  if (found === undefined) return `${name} is missing`
  if (made === undefined) return `${name} is none of AfterAI's`
  const had = made.split(', ')
  const now = found.split(', ').filter((part) => !had.includes(part))
  return /^(?:relation|trigger|constraint) /.test(object) && now.length === 1
    ? `${name}: ${printable(now[0] ?? '')}`
    : `${name} is another`
}

/**
 * The SQL that makes an object as the migrations do, to be run by the owner; nothing where no statement can, since a statement
 * of a migration has to be run again or rows have to be restored.
 * @param login the server's login role
 */
export function mendDifference(difference: Difference, login: string): string[] {
  const { object } = difference
  const kind = object.slice(0, object.indexOf(' '))
  const name = object.slice(kind.length + 1)
  switch (kind) {
    case 'relation':
      return mendRelation(name, difference)
    case 'grant':
      return mendGrant(name, difference, login)
    case 'function':
      return difference.made === undefined ? [`drop function ${name}`] : []
    case 'index':
      return remade(difference, `drop index ${quoteName(name)}`, difference.made)
    case 'column':
      return []
    default:
      return mendPart(kind, difference)
  }
}

// A trigger, rule, policy or constraint, whose name begins with that of its table.
function mendPart(kind: string, difference: Difference): string[] {
  const { object, made } = difference
  const [table = '', ...rest] = object.slice(kind.length + 1).split('.')
  const name = quoteName(rest.join('.'))
  if (kind === 'policy')
    return remade(difference, `drop policy ${name} on ${table}`, made && `create policy ${name} on ${table} as ${made}`)
  if (kind === 'constraint') {
    const add = made && `alter table ${table} add constraint ${name} ${made}`
    return remade(difference, `alter table ${table} drop constraint ${name}`, add)
  }
  if (kind !== 'trigger') return remade(difference, `drop ${kind} ${name} on ${table}`, made)
  const [definition, state] = splitState(made)
  const enable = `alter table ${table} enable ${state === 'always' ? 'always ' : ''}trigger ${name}`
  if (definition !== '' && definition === splitState(difference.found)[0]) return [enable]
  const again = remade(difference, `drop trigger ${name} on ${table}`, made && definition)
  return made === undefined ? again : [...again, enable]
}

function splitState(text: string | undefined): [definition: string, state: string] {
  const at = text?.lastIndexOf(', ') ?? -1
  return at < 0 ? ['', ''] : [text?.slice(0, at) ?? '', text?.slice(at + 2) ?? '']
}

function remade({ found }: Difference, drop: string, create: string | undefined): string[] {
  return [...(found === undefined ? [] : [drop]), ...(create === undefined ? [] : [create])]
}

function mendRelation(name: string, { made, found = '' }: Difference): string[] {
  if (made === undefined || found === '' || !found.startsWith('table')) return []
  const alter = `alter table ${name}`
  const children = /with rows of (.*?)(?:, hidden|$)/.exec(found)?.[1]?.split(' and ') ?? []
  return [
    ...(found.includes('owner afterai_owner') ? [] : [`${alter} owner to afterai_owner`]),
    ...(found.includes('row level security off') ? [`${alter} enable row level security`] : []),
    ...(found.includes('forced on its owner') ? [`${alter} no force row level security`] : []),
    ...(found.includes('unlogged') ? [`${alter} set logged`] : []),
    ...children.map((child) => `alter table ${child} no inherit ${name}`),
  ]
}

function mendGrant(grant: string, { made, found }: Difference, login: string): string[] {
  const [, right = '', role = ''] = /^(.*) to (.*)$/s.exec(grant) ?? []
  const named = role === anyLogin ? login : role
  const grantee = named === 'public' ? 'public' : quoteName(named)
  if (made === undefined) return [`revoke ${right} from ${grantee}`]
  return found === undefined ? [`grant ${right} to ${grantee}`] : [`revoke grant option for ${right} from ${grantee}`]
}

/** A name as SQL takes it, quoted where it must be. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '�')
}
