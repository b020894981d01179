import { ProblemError } from '@afterai/contract'
import type { Actor, Audit, AuditEvent } from '../audit/audit.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { CredentialRefusal } from './credential-lookup.ts'
import type { Principal } from './principal.ts'

/** Why a credential that somebody has isn't let in. */
export type Refusal = CredentialRefusal | 'idle' | 'cross_origin' | 'too_many_requests'

/** Whose trail learns of a refusal, and what it says. */
export interface ToldRefusal {
  readonly actor: Actor
  readonly event: AuditEvent
}

/**
 * Tells an audit trail of a refusal before anything was permitted. Of the same one (`same` names it) at most one event a minute is
 * written by a process, which counts those since the last: refused requests must not be able to fill the trail. Only then is `whose`
 * asked; undefined is nobody.
 */
export type TellRefusal = (same: string, whose: () => Promise<ToldRefusal | undefined>) => Promise<void>

const onceEveryMs = 60_000
const mostRemembered = 10_000

/** @param now milliseconds of a clock */
export function createTellRefusal(db: Database, audit: Audit, now: () => number = Date.now): TellRefusal {
  const told = new Map<string, { atMs: number; since: number }>()
  return async (same, whose) => {
    const last = told.get(same)
    if (last !== undefined && now() - last.atMs < onceEveryMs) {
      last.since += 1
      return
    }
    told.delete(same)
    const [oldest] = told.size < mostRemembered ? [] : told.keys()
    if (oldest !== undefined) told.delete(oldest)
    told.set(same, { atMs: now(), since: 0 })
    const refusal = await whose()
    if (refusal === undefined) return
    const { actor, event } = refusal
    const untold = last === undefined || last.since === 0 ? {} : { untold: last.since }
    const details = { ...event.details, ...untold }
    await withTenant(db, actor.tenantId, (tx) => audit(tx, actor, { ...event, outcome: 'denied', details }))
  }
}

/** How the audit trail names a principal's credential. */
export function credentialResource({
  credential,
  credentialId,
}: Pick<Principal, 'credential' | 'credentialId'>): string {
  return `${credential === 'api_key' ? 'api-key' : 'session'}/${credentialId}`
}

/** Tells of a credential that isn't let in. @param resource `session/ID` or `api-key/ID` */
export function tellRefusedCredential(
  tell: TellRefusal,
  actor: Actor,
  { resource, reason }: { resource: string; reason: Refusal },
): Promise<void> {
  const event = { action: 'credential.refuse', resource, details: { reason } }
  return tell(`${resource} ${reason}`, async () => ({ actor, event }))
}

/** What the holder of a refused session hears. */
export function refusedSession(reason: Refusal): ProblemError {
  if (reason === 'suspended') return new ProblemError('tenant_suspended')
  if (reason === 'cross_origin') return new ProblemError('cross_origin')
  const detail = 'the session was idle for too long'
  return new ProblemError('session_revoked', reason === 'idle' ? { detail } : {})
}

/** What the holder of a refused API key hears: nothing that tells it from a key that never was, unless the tenant is suspended. */
export function refusedApiKey(reason: Refusal): ProblemError {
  if (reason === 'suspended') return new ProblemError('tenant_suspended')
  return new ProblemError('unauthenticated', { detail: 'the API key is unknown, revoked or expired' })
}
