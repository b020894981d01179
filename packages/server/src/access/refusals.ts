import { ProblemError } from '@afterai/contract'
import type { Actor, Audit, AuditEvent } from '../audit/index.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { RepeatedJob } from '../platform/jobs.ts'
import { networkOf } from '../platform/rate-limits/index.ts'
import type { CredentialRefusal } from './credential-lookup.ts'
import type { Principal } from './principal.ts'

/** Why a credential that somebody has isn't let in. */
export type Refusal = CredentialRefusal | 'idle' | 'cross_origin' | 'too_many_requests'

/** Whose trail learns of a refusal, and what it says. */
export interface ToldRefusal {
  readonly actor: Actor
  readonly event: AuditEvent
}

/** A kind of refusal: those of one name count as one and the same. */
export interface SameRefusal {
  readonly name: string
  /** Where it comes from, if each place is to have an event of its own. */
  readonly place?: string
  /** How many events a minute it may leave. */
  readonly most: number
}

/**
 * Tells an audit trail of a refusal. Refused requests must not be able to fill a trail that nothing is ever deleted from, so one process
 * writes `most` a minute of the same, and at the minute's end one that says how many there were besides (`details.untold`). Only when
 * something is to be written, `whose` is asked; undefined is nobody.
 */
export type TellRefusal = (same: SameRefusal, whose: () => Promise<ToldRefusal | undefined>) => Promise<void>

/** The telling of refusals. */
export interface RefusalTelling {
  readonly tell: TellRefusal
  /** Writes what is untold of minutes that are over, and of all at its end. */
  readonly job: Required<RepeatedJob>
}

interface Minute {
  readonly endsAtMs: number
  readonly places: Set<string>
  told: number
  untold: number
  /** The last that was told, in whose words the others are. */
  last: ToldRefusal | undefined
}

const minuteMs = 60_000
const mostRemembered = 10_000

/** @param now milliseconds of a clock */
export function createRefusalTelling(db: Database, audit: Audit, now: () => number = Date.now): RefusalTelling {
  const minutes = new Map<string, Minute>()

  function write({ actor, event }: ToldRefusal, more: Record<string, number> = {}): Promise<void> {
    const details = { ...event.details, ...more }
    return withTenant(db, actor.tenantId, (tx) => audit(tx, actor, { ...event, outcome: 'denied', details }))
  }

  async function end(name: string, { last, untold }: Minute): Promise<void> {
    minutes.delete(name)
    if (last !== undefined && untold > 0) await write(last, { untold })
  }

  async function minuteOf(name: string): Promise<Minute> {
    const there = minutes.get(name)
    if (there !== undefined && now() < there.endsAtMs) return there
    if (there !== undefined) await end(name, there)
    const [oldest] = minutes.size < mostRemembered ? [] : minutes
    if (oldest !== undefined) await end(...oldest)
    const minute = { endsAtMs: now() + minuteMs, places: new Set<string>(), told: 0, untold: 0, last: undefined }
    // Another request may have begun it meanwhile.
    const begun = minutes.get(name) ?? minute
    minutes.set(name, begun)
    return begun
  }

  // What can't be written then is lost from the trail; the access log has it.
  const endThose = async (isOver: (minute: Minute) => boolean): Promise<void> => {
    const over = [...minutes].filter(([, minute]) => isOver(minute))
    await Promise.allSettled(over.map(([name, minute]) => end(name, minute)))
  }

  return {
    async tell({ name, place, most }, whose) {
      const minute = await minuteOf(name)
      if (minute.told >= most || (place !== undefined && minute.places.has(place))) {
        minute.untold += 1
        return
      }
      minute.told += 1
      if (place !== undefined) minute.places.add(place)
      try {
        const refusal = await whose()
        if (refusal === undefined) return
        await write(refusal)
        minute.last = refusal
      } catch (error) {
        minute.told -= 1
        if (place !== undefined) minute.places.delete(place)
        throw error
      }
    },
    job: {
      name: 'tell-refusals',
      everyMs: minuteMs / 4,
      run: () => endThose(({ endsAtMs }) => now() >= endsAtMs),
      end: () => endThose(() => true),
    },
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
  const event = { action: 'credential.refuse', resource, details: { reason } } as const
  // A thief's use of a credential must show beside that of whoever forgot to stop using it.
  const same = { name: `${resource} ${reason}`, place: networkOf(actor.address ?? '', 24), most: 16 }
  return tell(same, async () => ({ actor, event }))
}

/** Makes the problem that answers the holder of a refused session. */
export function refusedSession(reason: Refusal): ProblemError {
  if (reason === 'suspended') return new ProblemError('tenant_suspended')
  if (reason === 'cross_origin') return new ProblemError('cross_origin')
  const detail = 'the session was idle for too long'
  return new ProblemError('session_revoked', reason === 'idle' ? { detail } : {})
}

/** Makes the problem for the holder of a refused API key: nothing that tells it from a key that never was, unless the tenant is suspended. */
export function refusedApiKey(reason: Refusal): ProblemError {
  if (reason === 'suspended') return new ProblemError('tenant_suspended')
  return new ProblemError('unauthenticated', { detail: 'the API key is unknown, revoked or expired' })
}
