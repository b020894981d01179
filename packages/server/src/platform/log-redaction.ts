import { types } from 'node:util'
import { sqlState } from './database.ts'

// A value is left out by any of these words in its name, wherever they stand in it: `clientSecret`, `refresh_handle`, `set-cookie`, `keyPem`.
// What has such a word in its name and is no secret is logged under another name.
const secretWords = new Set(
  `assertion authorization challenge code cookie credential handle hash jwt key nonce otp passphrase password passwd pem pin proof
   refresh salt secret seed session signature state ticket token totp verifier`.split(/\s+/),
)

// What our credentials, JWTs and passwords in URLs look like: for messages, which have no names. Bounded, so that a line takes no longer
// than its length.
const secretShapes =
  /aftr_[a-z]+_[\w-]{8,}|whsec_[\w+/-]{8,}=*|\beyJ[\w-]{8,2000}\.[\w-]+(?:\.[\w-]*)?|\b(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}\b|(?<=\/\/[^\s/:@"\\]{0,100}:)[^\s/@"\\]{1,200}(?=@)|(?<=\b(?:bearer|basic) )[\w.~+/-]+=*/gi

const censor = '[redacted]'
const deepest = 6
const mostCauses = 5
const mostItems = 100

/** What may be logged of an object: secrets by their names at any depth, errors described, and nothing that is very deep or very long. */
export function redactFields(fields: object): Record<string, unknown> {
  const redacted = redactObject(fields, 0)
  // Whatever can be thrown may stand here, also a text with anything in it.
  return 'err' in fields && !isError(fields.err) ? { ...redacted, err: { type: typeof fields.err } } : redacted
}

/** A line of the log without what looks like a credential, wherever it stands. */
export function redactLine(line: string): string {
  return line.replaceAll(secretShapes, censor)
}

function redactObject(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, mostItems)
  return Object.fromEntries(entries.map(([name, it]) => [name, isSecret(name) ? censor : redactValue(it, depth + 1)]))
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (isError(value)) return describeError(value)
  if (value instanceof Date) return value
  if (depth > deepest) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, mostItems).map((it) => redactValue(it, depth + 1))
  // Bytes, maps, URLs and whatever else brings a form of its own aren't looked into.
  return isPlain(value) ? redactObject(value, depth) : `[${value.constructor?.name ?? 'object'}]`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

// Also one of another realm, and what only inherits from Error.
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error
}

/** By the words of the name, in one or many: `clientSecrets` -> client, secret. */
function isSecret(name: string): boolean {
  const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').split(/[^A-Za-z]+/)
  return words.some((word) => secretWords.has(word.toLowerCase()) || secretWords.has(word.toLowerCase().slice(0, -1)))
}

// Type, message, code and stack, and nothing else that hangs on an error: a driver's errors carry their connection.
// Nor the message of a database, which quotes the values of the row that it refused (P1.2).
function describeError(error: Error, causes = 0): object {
  const stack = error.stack?.split('\n').filter((line) => line.startsWith('    at '))
  const state = sqlState(error)
  const said = state === undefined ? described(error) : { type: 'DatabaseError', sqlState: state }
  const cause = causes < mostCauses && isError(error.cause) ? describeError(error.cause, causes + 1) : {}
  return { ...said, stack: stack?.join('\n'), ...(Object.keys(cause).length === 0 ? {} : { cause }) }
}

function described(error: Error): object {
  // A code of an error is a word of Node or of ours; a code that somebody typed is no error's.
  const code = 'code' in error && typeof error.code === 'string' && /^[A-Za-z_0-9]{1,64}$/.test(error.code)
  return { type: error.name, message: error.message, ...(code ? { code: error.code } : {}) }
}
