import { ProblemError } from '@afterai/contract'
import { Secret, TOTP } from 'otpauth'
import type { Transaction } from '../../platform/database.ts'
import { actAlone, actFor } from '../account-credentials.ts'

/** Encrypts small secrets of an account under a key that the database doesn't hold, bound to what they belong to. */
export interface SecretBox {
  seal(bytes: Uint8Array, belongsTo: string): Uint8Array
  /** @throws Error when it belongs to something else */
  open(sealed: Uint8Array, belongsTo: string): Uint8Array
}

const issuer = 'AfterAI'
const periodMs = 30_000
const secretBytes = 20
const freeTries = 5
const firstWaitMs = 30_000
const longestWaitMs = 15 * 60_000

/** How a proof came out. A wrong one doesn't throw, so that what counts it is committed. */
export type ProofOutcome = { readonly right: true } | { readonly right: false; readonly problem: ProblemError }

const wrong: ProofOutcome = { right: false, problem: new ProblemError('invalid_second_factor') }

/** Begins an enrolment: a new secret, encrypted. One that was never confirmed is replaced. @throws ProblemError `conflict` */
export async function enrolTotp(
  box: SecretBox,
  tx: Transaction,
  { accountId, label }: { accountId: string; label: string },
): Promise<{ secret: string; uri: string }> {
  await actAlone(tx, accountId)
  const confirmed = await tx
    .selectFrom('totp')
    .select('account_id')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  if (confirmed) throw new ProblemError('conflict', { detail: 'an authenticator app is enrolled: remove it first' })
  const secret = new Secret({ size: secretBytes })
  const sealed = box.seal(secret.bytes, belongsTo(accountId))
  await tx.deleteFrom('totp').where('account_id', '=', accountId).execute()
  await tx
    .insertInto('totp')
    .values({ account_id: accountId, secret: sealed, confirmed_at: null, failed_at: null })
    .execute()
  return { secret: secret.base32, uri: new TOTP({ issuer, label, secret }).toString() }
}

/**
 * Checks a code and spends it: neither it nor an older one is right again. The row's lock makes attempts at once take turns.
 * After five wrong ones in a row, each further one has to wait, longer each time; a right one ends that.
 */
export async function proveTotp(
  box: SecretBox,
  tx: Transaction,
  { accountId, code, state = 'confirmed' }: { accountId: string; code: string; state?: 'confirmed' | 'enrolling' },
): Promise<ProofOutcome> {
  await actFor(tx, accountId)
  const row = await tx
    .selectFrom('totp')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('confirmed_at', state === 'confirmed' ? 'is not' : 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return wrong
  const now = Date.now()
  const waitMs = waitAfter(row.failures) - (now - (row.failed_at?.getTime() ?? 0))
  if (row.failures >= freeTries && waitMs > 0) return throttled(waitMs)
  const step = stepOf(box.open(row.secret, belongsTo(accountId)), code, now)
  const isRight = step !== undefined && step > row.last_step
  await tx
    .updateTable('totp')
    .set(
      isRight
        ? { last_step: step, failures: 0, confirmed_at: row.confirmed_at ?? new Date(now) }
        : { failures: row.failures + 1, failed_at: new Date(now) },
    )
    .where('account_id', '=', accountId)
    .execute()
  return isRight ? { right: true } : wrong
}

/** The time step whose code this is, of the present one and its two neighbours (RFC 6238 §5.2). */
export function stepOf(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  const bytes = Uint8Array.from(secret)
  const delta = new TOTP({ secret: new Secret({ buffer: bytes.buffer }) }).validate({
    token: code,
    timestamp: nowMs,
    window: 1,
  })
  return delta === null ? undefined : Math.floor(nowMs / periodMs) + delta
}

function waitAfter(failures: number): number {
  return Math.min(firstWaitMs * 2 ** (failures - freeTries), longestWaitMs)
}

function throttled(waitMs: number): ProofOutcome {
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  return { right: false, problem: new ProblemError('too_many_codes', { retryAfterSeconds }) }
}

function belongsTo(accountId: string): string {
  return `totp|${accountId}`
}
