import type { Envelope } from '@afterai/client'
import { pathWords } from '../ace/change-words.ts'

/** What may differ within an envelope, and to what: "temperature, from 0 to 0.5". */
export function clauseWords({ path, oneOf, min, max }: Envelope['terms']['clauses'][number]): string {
  const [, category = ''] = path.split('/')
  const what = pathWords(path) === category ? `all of ${category}` : `${category} · ${pathWords(path)}`
  if (oneOf !== undefined) return `${what}, to ${oneOf.map((it) => JSON.stringify(it)).join(' or ')}`
  if (min !== undefined && max !== undefined) return `${what}, from ${min} to ${max}`
  if (min !== undefined) return `${what}, ${min} at least`
  return max === undefined ? `${what}, to anything` : `${what}, ${max} at most`
}

/** Each state of an envelope in a word. */
export const envelopeStates: Readonly<Record<Envelope['state'], string>> = {
  proposed: 'waits for approval',
  in_force: 'in force',
  expired: 'expired',
  revoked: 'revoked',
}

/** A clause as it is typed: what may differ, to which values. */
export interface ClauseDraft {
  readonly key: string
  readonly path: string
  readonly kind: 'any' | 'one_of' | 'between'
  readonly values: string
  readonly min: string
  readonly max: string
}

/** An empty clause. */
export function emptyClause(key: string): ClauseDraft {
  return { key, path: '', kind: 'between', values: '', min: '', max: '' }
}

/** A clause as the API takes it. A value that reads as a number or as true or false is one. */
export function toClause({ path, kind, values, min, max }: ClauseDraft): Envelope['terms']['clauses'][number] {
  const to = path.trim()
  if (kind === 'one_of')
    return {
      path: to,
      oneOf: values
        .split(',')
        .map((it) => it.trim())
        .filter((it) => it !== '')
        .map(toValue),
    }
  if (kind === 'any') return { path: to }
  return { path: to, ...bound('min', min), ...bound('max', max) }
}

function bound<Name extends 'min' | 'max'>(name: Name, text: string): Partial<Record<Name, number>> {
  const number = Number(text.replace(',', '.'))
  return text.trim() === '' || Number.isNaN(number) ? {} : ({ [name]: number } as Record<Name, number>)
}

function toValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
