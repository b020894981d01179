import { ProblemError } from '@afterai/contract'
import { createRequire } from 'node:module'
import type * as Words from '@zxcvbn-ts/language-common'

const shortest = 8
/** The fewest characters of a password that is the only factor (NIST SP 800-63B-4 §3.1.1.2). */
const shortestAlone = 15
const fewestCharacters = 6
/** The fewest characters that must remain of a password without the words that a guesser tries first. */
const shortestRest = 6

// Loaded with the first password that somebody chooses, which is seldom after a start.
const require = createRequire(import.meta.url)
let common: ReadonlySet<string> | undefined

/** The passwords of leaks that people use most, in lower case: some 18 000 that are long enough to be typed here (ASVS 6.2.4). */
function commonPasswords(): ReadonlySet<string> {
  if (common !== undefined) return common
  const { dictionary } = require('@zxcvbn-ts/language-common') as typeof Words
  const words = dictionary['passwords-common'].map((word) => word.toLowerCase())
  common = new Set(words.filter((it) => it.length >= shortest))
  return common
}

const product = 'afterai'

/** Pieces that long common passwords are made of. */
const commonParts = [
  'correcthorsebatterystaple',
  'abcdefghijklmnopqrstuvwxyz',
  'administrator',
  'qwertyuiop',
  '1234567890',
  '0123456789',
  'asdfghjkl',
  '123456789',
  'password',
  'passwort',
  'iloveyou',
  'letmein',
  'welcome',
  'zxcvbnm',
  'changeme',
  'abcdefgh',
  '12345678',
  'qwerty',
  '12345',
]

/** The context that a password is checked against. */
export interface PasswordContext {
  /** The person's address and name, the tenant's name: words that a guesser knows. */
  readonly known: readonly string[]
  /** Whether a second factor is enrolled, so that the password isn't alone. */
  readonly hasSecondFactor?: boolean
  /** Where the request holds it. */
  readonly pointer?: string
}

/** Whether a password is long enough to be the only factor. */
export function standsAlone(password: string): boolean {
  return password.length >= shortestAlone
}

/** Refuses passwords that are too short, or that a guesser tries first. No rule asks for kinds of characters. @throws ProblemError `invalid_request` */
export function refuseWeakPassword(
  password: string,
  { known, hasSecondFactor = false, pointer = '/password' }: PasswordContext,
): void {
  const detail = faultOf(password, { known, hasSecondFactor })
  if (detail !== undefined) throw new ProblemError('invalid_request', { errors: [{ pointer, detail }] })
}

function faultOf(
  password: string,
  { known, hasSecondFactor }: Required<Omit<PasswordContext, 'pointer'>>,
): string | undefined {
  if (!hasSecondFactor && !standsAlone(password)) {
    return `has fewer than ${shortestAlone} characters, which needs a second factor: enrol one first, or take a longer password`
  }
  const text = password.toLowerCase()
  const commonest = commonPasswords()
  if (commonest.has(text) || commonest.has(withoutEnds(text))) return 'is among the passwords that guessers try first'
  const rest = commonParts.reduce((left, part) => left.replaceAll(part, ''), text)
  const isMadeOfCommon = rest.length < text.length && rest.length < shortestRest
  if (!isMadeOfCommon && new Set(text).size >= fewestCharacters && !wordsOf(known).some((word) => text.includes(word)))
    return undefined
  return 'is easy to guess: it repeats itself, or is made of common words or of your own name, address or tenant'
}

// What people put around a common word when a site asks for it: `Password2026!` is `password`.
function withoutEnds(text: string): string {
  return text.replace(/^[^a-z]+|[^a-z]+$/g, '')
}

function wordsOf(known: readonly string[]): string[] {
  const words = [product, ...known].flatMap((text) => [text, ...text.split(/[@\s]+/), ...text.split(/[@\s.\-_+]+/)])
  return words.map((word) => word.toLowerCase()).filter((word) => word.length >= 4 && !topLevel.has(word))
}

// Parts of addresses that say nothing of a person.
const topLevel = new Set(['mail', 'gmail', 'example', 'info', 'main', 'corp', 'test'])
