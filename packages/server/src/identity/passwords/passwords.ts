import { hash, verify } from '@node-rs/argon2'
import { limiter } from '../../platform/limiter.ts'

// Argon2id, RFC 9106 §4, second recommended option: 64 MiB, three passes. (The library's enum has no run-time value.)
const parameters = { algorithm: 2, memoryCost: 64 * 1024, timeCost: 3, parallelism: 4 }

/**
 * Each hash holds 64 MiB and a processor for a tenth of a second: this bounds both under a flood of sign-ins. Who waits is answered
 * while the connection is still open, on however busy a machine.
 */
const limits = {
  running: 2,
  waiting: 64,
  longestWaitMs: 5_000,
  retryAfterSeconds: 2,
  busy: 'too many passwords are being checked',
}

/** Hashes and checks passwords, few at a time. Both throw ProblemError `not_ready` under a flood. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** Checks a password. With no stored hash it takes the same time and answers false. */
  verify(stored: string | undefined, password: string): Promise<boolean>
  /** How many are being worked on, and how many wait. */
  load(): { readonly running: number; readonly waiting: number }
}

/** Creates the password functions with their own queue. */
export function createPasswords(): Passwords {
  const limit = limiter(limits)
  // What unknown users are checked against, so that time doesn't tell who exists (ASVS 6.3.8). Made with the first check, whoever's it is.
  let decoy: Promise<string> | undefined
  const check = async (stored: string | undefined, password: string): Promise<boolean> => {
    decoy ??= hash(crypto.randomUUID(), parameters)
    const other = await decoy
    return (await verify(stored ?? other, password)) && stored !== undefined
  }
  return {
    hash: (password) => limit(() => hash(password, parameters)),
    verify: (stored, password) => limit(() => check(stored, password)),
    load: limit.load,
  }
}
