import { ProblemError, type SessionState } from '@afterai/contract'
import { type Caller, freshProofMs } from '../../access/index.ts'
import type { Transaction } from '../../platform/database.ts'

/** Reads the state of the session that asks. @throws ProblemError `session_revoked` where it ended meanwhile */
export async function readSessionState(
  { sessionIdleMs }: { readonly sessionIdleMs: number },
  tx: Transaction,
  { principal }: Caller,
): Promise<SessionState> {
  const session = await tx
    .selectFrom('session')
    .select(['expires_at', 'used_at', 'authenticated_at', 'amr', 'provider_id'])
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', principal.credentialId)
    .executeTakeFirst()
  if (session === undefined) throw new ProblemError('session_revoked')
  const freshUntilMs = session.authenticated_at.getTime() + freshProofMs
  return {
    endsAt: session.expires_at.toISOString(),
    idleEndsAt: new Date(session.used_at.getTime() + sessionIdleMs).toISOString(),
    proofFreshUntil: freshUntilMs > Date.now() ? new Date(freshUntilMs).toISOString() : null,
    secondFactor: session.amr.includes('mfa'),
    provider: session.provider_id,
  }
}
