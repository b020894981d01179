import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Database } from '../../platform/database.ts'
import type { RepeatedJob } from '../../platform/jobs.ts'
import { networkOf } from '../../platform/rate-limits/index.ts'
import type { HashCredential } from '../../access/index.ts'

/** A kind of secret that somebody may try to guess. */
export type GuessKind = keyof typeof allowances

/**
 * How many failures cost nothing: of one subject from one network, and of one subject from everywhere. Codes of a hundred random bits or more
 * can't be guessed: they are looked up first and counted where they are wrong alone, so that nobody's guesses delay who has a right one.
 * Codes of authenticator apps have a count of their account's own (../second-factor/totp.ts).
 */
const allowances = {
  password: { free: 5, freeWhole: 50 },
  device_code: { free: 10, freeWhole: 50 },
  setup_code: { free: 30, freeWhole: 0 },
  invitation: { free: 30, freeWhole: 0 },
  reset_code: { free: 30, freeWhole: 0 },
  oidc_state: { free: 30, freeWhole: 0 },
} as const

/** A guess that was counted as failed, until it is told that it was right. */
export interface Guess {
  succeeded(): Promise<void>
}

/** Counts a guess before it is looked at. @throws ProblemError `too_many_attempts` */
export type Throttle = (
  kind: GuessKind,
  /** Whom it would let in, as given and whether it exists or not; null where nobody is named. */
  subject: string | null,
  address: string | null,
) => Promise<Guess>

/**
 * Slows guessing down without locking anybody out (ASVS 6.3.1). Failures of a subject from one network (IPv4 /24, IPv6 /64) delay that pair,
 * twice as long each time up to a quarter of an hour; those from everywhere delay the subject for a minute at most, and not where it has
 * been right before. Counted in the database, so that all processes know; as failed beforehand, so that a hundred at once are a hundred.
 */
export function createThrottle(db: Database, hash: HashCredential): Throttle {
  return async (kind, subject, address) => {
    const network = networkOf(address ?? '', 24)
    const pair = hash(`guess ${kind} ${network} ${subject ?? ''}`)
    const whole = subject === null ? null : hash(`guess ${kind} ${subject}`)
    const { free, freeWhole } = allowances[kind]
    const asked = sql<{ wait: number }>`select begin_guess(${pair}, ${whole}, ${free}, ${freeWhole}) as wait`
    const waitMs = (await asked.execute(db)).rows[0]?.wait ?? 0
    if (waitMs > 0) throw new ProblemError('too_many_attempts', { retryAfterSeconds: Math.ceil(waitMs / 1000) })
    return {
      async succeeded() {
        await sql`select end_guess(${pair}, ${whole})`.execute(db)
      },
    }
  }
}

/**
 * Refuses a code of a hundred random bits, or a state of more, that was looked up and is wrong. It is counted here alone: somebody else's wrong ones never
 * delay a right one of the same network.
 * @throws ProblemError `too_many_attempts`, or `expired_token` for a device's code, `sign_in_failed` for a state and `invalid_code` for all others
 */
export async function refuseCode(
  { throttle }: { readonly throttle: Throttle },
  kind: Exclude<GuessKind, 'password'>,
  { address }: { readonly address: string | null },
): Promise<never> {
  await throttle(kind, null, address)
  if (kind === 'oidc_state')
    throw new ProblemError('sign_in_failed', {
      detail: 'it was not begun in this browser, is over already, or took too long',
    })
  throw new ProblemError(kind === 'device_code' ? 'expired_token' : 'invalid_code')
}

/** The job that forgets old guesses and places, once an hour. */
export function forgettingGuesses(db: Database): RepeatedJob {
  return { name: 'forget-guesses', everyMs: 3_600_000, run: () => sql`select forget_guesses()`.execute(db) }
}
