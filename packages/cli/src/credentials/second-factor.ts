import { type SecondFactorChallenge, type Session, sessionView } from '@afterai/contract'
import { readAnswer } from '../api/api.ts'
import { send } from '../api/http.ts'
import { CommandFailure } from '../command-failure.ts'
import type { Settings } from '../settings.ts'
import { askHidden } from '../terminal/prompt.ts'
import { isInteractive, type World } from '../world.ts'

/** How a second factor may be given beforehand. */
export interface FactorOptions {
  readonly code?: string
  readonly recoveryCode?: string
}

/** Completes a sign-in whose password was right. @throws {CommandFailure} `usage` if there is no code and nobody to ask for one */
export async function completeSignIn(
  { world, settings }: { world: World; settings: Settings },
  { ticket, methods }: SecondFactorChallenge,
  options: FactorOptions,
): Promise<Session> {
  if (!methods.includes('totp') && !methods.includes('recovery_code'))
    throw new CommandFailure('unauthenticated', 'This account’s second factor is a passkey, which needs a browser.', {
      remedy: 'Sign in there, or add an authenticator app to the account.',
    })
  const body = { ticket, proof: await proofFrom(world, options) }
  return readAnswer(sessionView, (await send({ url: settings.url }, 'completeSignIn', { body })).json()).value
}

async function proofFrom(
  world: World,
  { code, recoveryCode }: FactorOptions,
): Promise<{ method: 'totp' | 'recovery_code'; code: string }> {
  if (recoveryCode !== undefined) return { method: 'recovery_code', code: recoveryCode }
  if (code === undefined && !isInteractive(world))
    throw new CommandFailure('usage', 'The server wants the code of your authenticator app.', {
      remedy: 'Pipe it in after the password, with --password-stdin --code-stdin, or give --code or --recovery-code.',
    })
  const typed = code ?? (await askHidden(world, 'Code of your authenticator app, or a recovery code: '))
  const digits = typed.replaceAll(/\s/g, '')
  return /^\d{6}$/.test(digits) ? { method: 'totp', code: digits } : { method: 'recovery_code', code: typed.trim() }
}
