import { ProblemError } from '@afterai/contract'
import type { Actor, AuditAction } from '../../audit/index.ts'
import type { TellRefusal } from '../../access/index.ts'
import type { Guess, Throttle } from './throttle.ts'

/** An attempt to use a password. `action` is what it is for, as the audit trail says it. */
export interface PasswordAttempt {
  /** Null for an account that has none. */
  readonly email: string | null
  readonly address: string | null
  readonly action: AuditAction
  /** Whose trail learns that it was slowed down, and what it says; undefined where nobody's does. */
  readonly concerns: () => Promise<{ actor: Actor; details?: Readonly<Record<string, unknown>> } | undefined>
}

/**
 * Counts a guess at a password before it is looked at; whatever asks for one counts with the sign-in, so that none is a second door.
 * That it is slowed down is an event, of which one account leaves one a minute, from wherever.
 * @throws ProblemError `too_many_attempts`
 */
export async function beginPasswordGuess(
  { throttle, tellRefusal }: { readonly throttle: Throttle; readonly tellRefusal: TellRefusal },
  { email, address, action, concerns }: PasswordAttempt,
): Promise<Guess> {
  const subject = email?.toLowerCase() ?? null
  try {
    return await throttle('password', subject, address)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const details = { reason: error.code }
    await tellRefusal({ name: `${action} ${subject}`, most: 1 }, async () => {
      const concerned = await concerns()
      return concerned && { actor: concerned.actor, event: { action, details: { ...concerned.details, ...details } } }
    })
    throw error
  }
}
