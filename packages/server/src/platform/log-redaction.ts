import { types } from 'node:util'
import { sqlState } from './database.ts'

// A value is left out by any of these words in its name, wherever they stand in it: `clientSecret`, `refresh_handle`, `set-cookie`, `keyPem`.
// What has such a word in its name and is no secret is logged under another name.
const secretWords = new Set(
  `assertion auth authorization bearer challenge code cookie credential handle hash jwt key nonce otp pass passphrase password passwd pem
   pin proof refresh salt secret seed session sid signature state ticket token totp verifier`.split(/\s+/),
)

// Those that are no part of another word, also where nothing sets them apart: `apikey`, `accesstoken`, `PGPASSWORD`.
const secretParts =
  'password|passwd|pwd|passphrase|secret|token|credential|cookie|authorization|(?:api|access|private|signing)[_-]?key|session[_-]?id'
const secretPart = new RegExp(secretParts.replaceAll('[_-]?', ''))

// In messages, which have no names: what our credentials, JWTs, and logins in URLs look like, and what is said to be a secret. The line is
// JSON, so a quote in a text has a backslash before it. Each form ends its own match or is short, so that a line takes no longer than its
// length.
const text = String.raw`(?:[^\s"\\]|\\["\\])`
const said = String.raw`(?:'[^'"\\]{1,300}|\\"[^"\\]{1,300})?${text}+`
const secretShapes = new RegExp(
  [
    String.raw`aftr_[a-z]{1,20}_[\w-]{8,}`,
    String.raw`whsec_[\w+/-]{8,}=*`,
    String.raw`\beyJ[\w-]{8,}(?:\.[\w-]+)*\.?`,
    String.raw`\b(?:[2-9A-Z]{5}-){3}[2-9A-Z]{5}\b`,
    // A login. Its password may have an @ or a slash in it that nobody encoded; up to the first slash nothing else has an @.
    String.raw`(?<=\/\/)(?:[^\s/:@"\\]{0,100}:${text}{1,300}|(?:[^\s/"\\]|\\["\\]){1,300})(?=@)`,
    String.raw`(?<=\b(?:bearer|basic) )[\w.~+/-]+=*`,
    // Also in the query of an address, whose rest goes with it: where a password ends, only a space tells.
    String.raw`(?<=(?:${secretParts}|(?:(?<![a-z])|(?<=%[\da-f]{2}))(?:${[...secretWords].join('|')}))s?(?:=|%3D))${said}`,
    String.raw`(?<=(?:password|passwd|pwd|passphrase|secret|api[ _-]?key)(?:\\")?: ?)${said}`,
  ].join('|'),
  'gi',
)

const censor = '[redacted]'
const deepest = 6
const mostCauses = 5
const mostItems = 100
const longestText = 8_192
const longestLine = 65_536
/** No login in an address is longer; one that is cut off shows no more what it is. */
const longestLogin = 500

/** Redacts an object for the log: secrets by their names at any depth, errors described, and nothing that is very deep or very long. */
export function redactFields(fields: object): Record<string, unknown> {
  const redacted = redactObject(fields, 0)
  // Whatever can be thrown may stand here, also a text with anything in it.
  return 'err' in fields && !isError(fields.err) ? { ...redacted, err: { type: typeof fields.err } } : redacted
}

/** A line of the log, of no more than some length, without what looks like a credential, wherever it stands. */
export function redactLine(line: string): string {
  return (line.length > longestLine ? shorten(line) : line).replaceAll(secretShapes, censor)
}

/** A line whose long values are cut, so that each field has its share of a line. */
function shorten(line: string): string {
  const entries: [string, unknown][] = Object.entries(JSON.parse(line))
  const share = Math.min(longestText, Math.floor(longestLine / entries.length))
  const fields = entries.map(([name, value]) => {
    if (typeof value === 'string') return [cut(name, share), cut(value, share)]
    return [cut(name, share), JSON.stringify(value).length > share ? '[longer]' : value]
  })
  return `${JSON.stringify(Object.fromEntries(fields))}\n`
}

/** A text up to a length. The word that the end would fall into goes with the rest: half a secret has no form to know it by. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const certain = Math.max(0, length - longestLogin)
  const tail = text.slice(certain, length)
  return `${text.slice(0, certain)}${tail.slice(0, tail.search(/\S*$/))}[longer]`
}

function redactObject(value: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, mostItems)
  return Object.fromEntries(entries.map(([name, it]) => [name, isSecret(name) ? censor : redactValue(it, depth + 1)]))
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return cut(value, longestText)
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
  if (secretPart.test(words.join('').toLowerCase())) return true
  return words.some((word) => secretWords.has(word.toLowerCase()) || secretWords.has(word.toLowerCase().slice(0, -1)))
}

// Type, message, code and stack, and nothing else that hangs on an error: a driver's errors carry their connection.
// Nor the message of a database, which quotes the values of the row that it refused (P1.2).
function describeError(error: Error, causes = 0): object {
  const stack = error.stack?.split('\n').filter((line) => line.startsWith('    at '))
  const state = sqlState(error)
  const said = state === undefined ? described(error) : { type: 'DatabaseError', sqlState: state }
  const cause = causes < mostCauses && isError(error.cause) ? describeError(error.cause, causes + 1) : {}
  return {
    ...said,
    stack: stack && cut(stack.join('\n'), longestText),
    ...(Object.keys(cause).length === 0 ? {} : { cause }),
  }
}

function described(error: Error): object {
  // A code of an error is a word of Node or of ours; a code that somebody typed is no error's.
  const code = 'code' in error && typeof error.code === 'string' && /^[A-Za-z_0-9]{1,64}$/.test(error.code)
  return { type: error.name, message: cut(error.message, longestText), ...(code ? { code: error.code } : {}) }
}
