import { ProblemError } from '@afterai/contract'
import { type Database, withTenant } from '../platform/database.ts'
import type { Principal } from './principal.ts'

/** So long a proof is fresh. */
export const freshProofMs: number = 10 * 60_000

/**
 * Refuses what needs a person who has just proved themselves. An API key never has: what needs step-up is a person's to do,
 * whoever owns the key.
 * @throws ProblemError `step_up_required`, `provider_proof_required`, `forbidden` for an API key
 */
export async function refuseStaleProof(db: Database, principal: Principal): Promise<void> {
  if (principal.credential === 'api_key') {
    throw new ProblemError('forbidden', { detail: 'this needs a person in a session; no API key may do it' })
  }
  const session = await withTenant(db, principal.tenantId, (tx) =>
    tx
      .selectFrom('session')
      .select(['authenticated_at', 'provider_id'])
      .where('tenant_id', '=', principal.tenantId)
      .where('id', '=', principal.credentialId)
      .executeTakeFirst(),
  )
  if (session !== undefined && Date.now() - session.authenticated_at.getTime() <= freshProofMs) return
  if (session !== undefined && session.provider_id !== null) throw new ProblemError('provider_proof_required')
  throw new ProblemError('step_up_required')
}
