import { decodeBase64 } from './base64.ts'
import { decodeHex } from './hex.ts'
import { RecordError } from './record-error.ts'

const digestForm = /^[0-9a-f]{64}$/

/** Fields of a parsed object, known to be exactly those asked for. */
export type Fields<Name extends string> = Readonly<Record<Name, unknown>>

/**
 * The members of a parsed object, which must be exactly the names given: nothing missing, nothing unknown.
 * @throws RecordError `bad_field`, `missing_field`, `unknown_field`
 */
export function exactFields<Name extends string>(value: unknown, where: string, names: readonly Name[]): Fields<Name> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badField(where, 'an object')
  const unknown = Object.keys(value).find((name) => !names.some((known) => known === name))
  if (unknown !== undefined) throw new RecordError('unknown_field', `${where} has an unknown field "${unknown}"`)
  if (hasAll(value, names)) return value
  const missing = names.filter((name) => !Object.hasOwn(value, name))
  throw new RecordError('missing_field', `${where} has no field "${missing.join('", "')}"`)
}

/** The elements of a parsed array. @throws RecordError `bad_field` */
export function arrayField(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw badField(where, 'an array')
  return value
}

/** A parsed string, of the given form where there is one. @throws RecordError `bad_field` */
export function textField(value: unknown, where: string, form?: RegExp): string {
  if (typeof value !== 'string') throw badField(where, 'a string')
  if (form !== undefined && !form.test(value)) throw badField(where, `of the form ${form.source}`)
  return value
}

/** One of the words given. @throws RecordError `bad_field` */
export function wordField<Word extends string>(value: unknown, where: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === value)
  if (word === undefined) throw badField(where, `one of ${words.join(', ')}`)
  return word
}

/** A whole number from 0 to 2^53 - 1. @throws RecordError `bad_field` */
export function countField(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw badField(where, 'a whole number')
  return value
}

/** Bytes written as strict Base64, of the given length where there is one. @throws RecordError `bad_base64`, `bad_field` */
export function base64Field(value: unknown, where: string, length?: number): Uint8Array {
  const bytes = decodeBase64(textField(value, where))
  if (length !== undefined && bytes.length !== length) throw badField(where, `${length} bytes long`)
  return bytes
}

/** 32 bytes written as lower-case hex; returns the text. @throws RecordError `bad_hex`, `bad_field` */
export function digestField(value: unknown, where: string): string {
  const text = textField(value, where)
  if (digestForm.test(text)) return text
  decodeHex(text)
  throw badField(where, '32 bytes of hexadecimal')
}

function hasAll<Name extends string>(value: object, names: readonly Name[]): value is Fields<Name> {
  return names.every((name) => Object.hasOwn(value, name))
}

function badField(where: string, expected: string): RecordError {
  return new RecordError('bad_field', `${where} must be ${expected}`)
}
