import { ProblemError } from '@afterai/contract'
import { hash, verify } from '@node-rs/argon2'
import { limiter } from '../platform/limiter.ts'

// Argon2id, RFC 9106 §4, second recommended option: 64 MiB, three passes. (The library's enum has no run-time value.)
const parameters = { algorithm: 2, memoryCost: 64 * 1024, timeCost: 3, parallelism: 4 }

/** Each hash holds 64 MiB and a processor for a tenth of a second: this bounds both under a flood of sign-ins. */
const limits = { running: 2, waiting: 64, retryAfterSeconds: 2, busy: 'too many passwords are being checked' }

/** Hashes and checks passwords, few at a time. Both throw ProblemError `not_ready` under a flood. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** Checks a password. With no stored hash it takes the same time and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** How many are being worked on, and how many wait. */
  load(): { readonly running: number; readonly waiting: number }
}

/** Creates the password functions with their own queue. */
export async function createPasswords(): Promise<Passwords> {
  const limit = limiter(limits)
  // What unknown users are checked against, so that time doesn't tell who exists (ASVS 6.3.8).
  const decoy = await hash(crypto.randomUUID(), parameters)
  return {
    hash: (password) => limit(() => hash(password, parameters)),
    verify: (stored, password) => limit(async () => (await verify(stored ?? decoy, password)) && stored !== undefined),
    load: limit.load,
  }
}

/** Refuses passwords that a guesser tries first. @throws ProblemError `invalid_request` */
export function refuseWeakPassword(password: string, known: readonly string[]): void {
  const text = password.toLowerCase()
  const letters = new Set(text)
  const containsKnown = known.some((word) => word.length >= 4 && text.includes(word.toLowerCase()))
  const weak = letters.size < 6 || containsKnown || commonParts.some((part) => text.replaceAll(part, '').length < 6)
  if (!weak) return
  throw new ProblemError('invalid_request', {
    errors: [
      {
        pointer: '/password',
        detail: 'is easy to guess: it repeats itself, or is made of common words or of your own name',
      },
    ],
  })
}

const commonParts = [
  'password',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  '1234567890',
  '0123456789',
  '123456789',
  '12345678',
  '12345',
  'iloveyou',
  'letmein',
  'welcome',
  'administrator',
  'changeme',
  'abcdefghijklmnopqrstuvwxyz',
  'abcdefgh',
  'correcthorsebatterystaple',
]
