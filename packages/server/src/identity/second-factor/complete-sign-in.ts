import { ProblemError, type SecondFactorProof, type Session } from '@afterai/contract'
import type { Actor } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import { joinByInvitation } from '../enrolment-service.ts'
import { checkAssertion, type CeremonyDependencies, type VerifiedPasskey } from '../passkeys/passkey-ceremony.ts'
import { usePasskey } from '../passkeys/passkey-service.ts'
import { openSession, type Origin, recordingRefusal, type SessionDependencies } from '../sessions/session-service.ts'
import { spendRecoveryCode } from './recovery-codes.ts'
import { type FoundTicket, spendTicket, tryTicket } from './sign-in-ticket.ts'
import { type ProofOutcome, proveTotp, type SecretBox } from './totp.ts'

/** Dependencies of proving a second factor. */
export interface FactorDependencies extends SessionDependencies, CeremonyDependencies {
  readonly secretBox: SecretBox
}

/** RFC 8176 has names for passwords and codes; for the others these are ours. */
const methodNames = { totp: 'otp', recovery_code: 'recovery_code', passkey: 'passkey' } as const

/**
 * Completes a sign-in whose password was right. A ticket is good for one session, five minutes and five tries.
 * @throws ProblemError `sign_in_expired`, `invalid_second_factor`, `too_many_codes`, `single_sign_on_required`, `tenant_suspended`
 */
export async function completeSignIn(
  deps: FactorDependencies,
  { ticket, proof }: { ticket: string; proof: SecondFactorProof },
  origin: Origin,
): Promise<Session> {
  const hash = deps.hashCredential(ticket)
  const found = await tryTicket(deps.db, hash)
  if (found === undefined) throw new ProblemError('sign_in_expired')
  const { tenant_id: tenantId, account_id: accountId } = found
  const actor = { ...origin, tenantId, actorId: accountId, credential: proof.method }
  const verified = await verifiedPasskey(deps, proof, accountId)
  const outcome = await recordingRefusal(deps, actor, async (tx) => {
    const outcome = await proveFactor(deps, tx, { actor, proof, verified })
    if (!outcome.right) {
      await deps.audit(tx, actor, { action: 'session.second_factor', outcome: 'failed' })
      return outcome
    }
    return { right: true as const, session: await open(deps, tx, { actor, found, hash, proof }) }
  })
  if (!outcome.right) throw outcome.problem
  return outcome.session
}

// Passkeys are checked before the transaction: their challenge is spent whatever comes of it.
async function verifiedPasskey(
  deps: FactorDependencies,
  proof: SecondFactorProof,
  accountId: string,
): Promise<VerifiedPasskey | undefined> {
  if (proof.method !== 'passkey') return undefined
  return checkAssertion(deps, proof.assertion, { purpose: 'second_factor', accountId })
}

async function proveFactor(
  deps: FactorDependencies,
  tx: Transaction,
  {
    actor,
    proof,
    verified,
  }: {
    actor: Actor & { actorId: string }
    proof: SecondFactorProof
    verified: VerifiedPasskey | undefined
  },
): Promise<ProofOutcome> {
  const accountId = actor.actorId
  if (proof.method === 'totp') return proveTotp(deps.secretBox, tx, { accountId, code: proof.code })
  if (proof.method === 'passkey' && verified) return usePasskey(deps.audit, tx, { actor, verified })
  const isRight =
    proof.method === 'recovery_code' &&
    (await spendRecoveryCode(deps.hashCredential, tx, { accountId, code: proof.code }))
  return isRight ? { right: true } : { right: false, problem: new ProblemError('invalid_second_factor') }
}

async function open(
  deps: FactorDependencies,
  tx: Transaction,
  {
    actor,
    found,
    hash,
    proof,
  }: {
    actor: Actor & Origin & { actorId: string }
    found: FoundTicket
    hash: Uint8Array
    proof: SecondFactorProof
  },
): Promise<Session> {
  if (!(await spendTicket(tx, hash))) throw new ProblemError('sign_in_expired')
  if (found.invitation_id !== null) await joinByInvitation(deps, tx, { actor, invitationId: found.invitation_id })
  const tenant = await tx
    .selectFrom('tenant')
    .select('slug')
    .where('id', '=', found.tenant_id)
    .executeTakeFirstOrThrow()
  return openSession(deps, tx, { actor, tenantSlug: tenant.slug, methods: ['pwd', methodNames[proof.method], 'mfa'] })
}
