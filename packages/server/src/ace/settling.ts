import type { AuditEvent } from '../audit/index.ts'
import type { NewChange } from './change-opening.ts'
import { type Current, environmentKey, type Environments, isHistory, isLate } from './environments.ts'
import type { Past } from './past.ts'
import type { Outcome, Sighting } from './sighting.ts'

const seenRecordedEveryMs = 60_000

/** The outcome of one sighting: the change that it is to open, or the event that it leaves in the audit trail, if any. */
export interface Step {
  readonly sighting: Sighting
  readonly outcome: Outcome['outcome']
  readonly change?: NewChange
  readonly event?: AuditEvent
}

/** The outcomes of sightings, and what they do to their environments. */
export interface Settlement {
  readonly steps: readonly Step[]
  /** The sighting that each environment runs with from now on, where that is another, and when it was last seen to. */
  readonly moves: readonly (Sighting & { readonly lastSeenAt: Date })[]
  /** The newest sighting of each environment that is seen to run with what it ran with. */
  readonly seen: readonly Sighting[]
}

/**
 * Settles sightings that come one environment after the other, the oldest first. It asks nothing: what it must know was read, and is
 * locked where it may be altered.
 */
export function settle(
  sightings: readonly Sighting[],
  known: { readonly environments: Environments; readonly created: ReadonlySet<string>; readonly past: Past },
): Settlement {
  const current = new Map(known.environments)
  const before = new Map(known.past.before)
  const created = new Set(known.created)
  const moves = new Map<string, Sighting>()
  const seen = new Map<string, Sighting>()
  const steps = sightings.map((sighting): Step => {
    const key = environmentKey(sighting)
    const now = current.get(key)
    if (now === undefined) throw new Error('an environment was not read')
    // Told once, by the sighting that it was made of.
    if (created.delete(key)) return baseline(sighting)
    if (isHistory(sighting, now)) return settlePast(sighting, { key, before, intent: 'implemented' })
    if (now.fingerprint === sighting.fingerprint) {
      if (isWorthNoting(sighting, now)) {
        current.set(key, { ...now, lastSeenAt: sighting.observedAt })
        seen.set(key, sighting)
      }
      return { sighting, outcome: 'unchanged' }
    }
    // It tells of a time before the last change: what runs now stays as it is. What is known to have run is no news; what never ran is a
    // change of its time, however late it comes.
    if (isLate(sighting, now)) {
      if (known.past.hasRun.has(sighting.id)) return { sighting, outcome: 'late' }
      return settlePast(sighting, { key, before, intent: 'observed' })
    }
    const { fingerprint, observedAt } = sighting
    current.set(key, { fingerprint, firstSeenAt: now.firstSeenAt, changedAt: observedAt, lastSeenAt: observedAt })
    moves.set(key, sighting)
    return { sighting, outcome: 'changed', change: changeFrom(now.fingerprint, sighting, 'observed') }
  })
  return {
    steps,
    moves: [...moves].map(([key, it]) => ({ ...it, lastSeenAt: current.get(key)?.lastSeenAt ?? it.observedAt })),
    seen: [...seen].flatMap(([key, it]) => (moves.has(key) ? [] : [it])),
  }
}

function isWorthNoting({ observedAt }: Sighting, { lastSeenAt }: Current): boolean {
  return observedAt.getTime() - lastSeenAt.getTime() >= seenRecordedEveryMs
}

function baseline(sighting: Sighting): Step {
  const { systemId, environment, fingerprint } = sighting
  const event = {
    action: 'environment.baseline',
    resource: `system/${systemId}`,
    details: { environment, fingerprint },
  } as const
  return { sighting, outcome: 'baseline', event }
}

/** Takes in what is told of a time that has passed. It is a change where it differs from what ran before it. */
function settlePast(
  sighting: Sighting,
  { key, before, intent }: { key: string; before: Map<string, string>; intent: 'implemented' | 'observed' },
): Step {
  const ranBefore = before.get(key)
  before.set(key, sighting.fingerprint)
  if (ranBefore === undefined) return { sighting, outcome: 'baseline' }
  if (ranBefore === sighting.fingerprint) return { sighting, outcome: 'unchanged' }
  return { sighting, outcome: 'changed', change: changeFrom(ranBefore, sighting, intent) }
}

function changeFrom(
  before: string,
  { systemId, environment, fingerprint, origin, revision }: Sighting,
  intent: 'implemented' | 'observed',
): NewChange {
  return { systemId, environment, before, after: fingerprint, origin, revision, intent }
}
