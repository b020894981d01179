import { ProblemError, type Session, type StepUpProof } from '@afterai/contract'
import type { Actor } from '../../audit/index.ts'
import { type Transaction, withTenant } from '../../platform/database.ts'
import type { Caller } from '../../access/index.ts'
import { accountFactors, actFor, hasSecondFactor, ownAccount } from '../account-credentials.ts'
import { beginPasswordGuess } from '../guessing/password-guess.ts'
import { checkAssertion, type VerifiedPasskey } from '../passkeys/passkey-ceremony.ts'
import { usePasskey } from '../passkeys/passkey-service.ts'
import type { FactorDependencies } from '../second-factor/complete-sign-in.ts'
import { type ProofOutcome, proveTotp } from '../second-factor/totp.ts'
import { type Origin, recordingRefusal, replaceSession } from '../sessions/session-service.ts'

const methodNames = { password: ['pwd'], totp: ['otp'], passkey: ['passkey', 'user', 'mfa'] } as const

/**
 * Proves again who is at a session. The session is replaced by a new one with the same end (ASVS 7.2.4), and the old one is over.
 * @throws ProblemError `invalid_credentials`, `invalid_second_factor`, `too_many_attempts`, `too_many_codes`
 */
export async function stepUp(
  deps: FactorDependencies,
  { principal, actor: bearer }: Caller,
  { proof, origin }: { proof: StepUpProof; origin: Origin },
): Promise<Session> {
  const { accountId } = principal
  const actor = { ...bearer, ...origin, actorId: accountId }
  const password = await passwordOutcome(deps, actor, proof)
  const verified =
    proof.method === 'passkey'
      ? await checkAssertion(deps, proof.assertion, { purpose: 'step_up', accountId })
      : undefined
  const outcome = await recordingRefusal(deps, actor, async (tx) => {
    const outcome = password.right ? await factorOutcome(deps, tx, { actor, proof, verified }) : password
    if (!outcome.right) {
      await deps.audit(tx, actor, { action: 'session.step_up', outcome: 'failed', details: { method: proof.method } })
      return outcome
    }
    await deps.audit(tx, actor, { action: 'session.step_up', details: { method: proof.method } })
    const methods = [...methodNames[proof.method], ...('code' in proof && proof.code ? ['otp', 'mfa'] : [])]
    const session = await replaceSession(deps, tx, { actor, sessionId: principal.credentialId, methods })
    return { right: true as const, session }
  })
  if (!outcome.right) throw outcome.problem
  return outcome.session
}

// The same guesses as at the sign-in. Checked before the transaction, which must not stay open for as long as a hash takes.
async function passwordOutcome(
  deps: FactorDependencies,
  actor: Actor & { actorId: string },
  proof: StepUpProof,
): Promise<ProofOutcome> {
  if (proof.method !== 'password') return { right: true }
  const { email, password_hash: hash } = await withTenant(deps.db, actor.tenantId, async (tx) => {
    await actFor(tx, actor.actorId)
    return ownAccount(tx)
  })
  const concerns = async () => ({ actor })
  const attempt = { email, address: actor.address, action: 'session.step_up', concerns } as const
  const guess = await beginPasswordGuess(deps, attempt)
  if (await deps.passwords.verify(hash ?? undefined, proof.password)) {
    await guess.succeeded()
    return { right: true }
  }
  return { right: false, problem: new ProblemError('invalid_credentials', { detail: 'the password is wrong' }) }
}

// Where there is a second factor, a password alone is half a proof.
async function factorOutcome(
  deps: FactorDependencies,
  tx: Transaction,
  {
    actor,
    proof,
    verified,
  }: {
    actor: Actor & { actorId: string }
    proof: StepUpProof
    verified: VerifiedPasskey | undefined
  },
): Promise<ProofOutcome> {
  const accountId = actor.actorId
  if (proof.method === 'passkey') {
    return verified
      ? usePasskey(deps.audit, tx, { actor, verified })
      : { right: false, problem: new ProblemError('invalid_second_factor') }
  }
  if (proof.code !== undefined) return proveTotp(deps.secretBox, tx, { accountId, code: proof.code })
  if (!hasSecondFactor(await accountFactors(tx, accountId))) return { right: true }
  const detail = 'this account has a second factor: give its code with the password, or use a passkey'
  return { right: false, problem: new ProblemError('invalid_second_factor', { detail }) }
}
