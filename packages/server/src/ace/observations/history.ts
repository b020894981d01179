/** What an environment ran with from an instant on, until its next run begins. */
export interface Run {
  readonly id: string
  readonly fingerprint: string
  readonly startedAt: Date
  /** The change that it began by; null for the first run, and for what ran before changes were opened for each. */
  readonly changeId: string | null
}

/** A configuration that was seen to run at an instant. */
export interface Seen {
  readonly fingerprint: string
  readonly observedAt: Date
}

/** What a sighting does to the runs of an environment. */
export type Effect =
  /** Its run was known. `isNow`: it is the newest. */
  | { readonly is: 'within'; readonly isNow: boolean }
  /** The run at this place began earlier than was known. */
  | { readonly is: 'earlier'; readonly at: number }
  /** A run was unknown, and begins at this place. `splits`: the run before it went on after it, as a run of its own. */
  | { readonly is: 'new'; readonly at: number; readonly splits: boolean }

/**
 * The order of sightings: by time; those of the same instant by their fingerprints, so that every process puts them in the same order.
 */
export function isBefore(a: Seen, b: Seen): boolean {
  const [at, other] = [a.observedAt.getTime(), b.observedAt.getTime()]
  return at === other ? a.fingerprint < b.fingerprint : at < other
}

/** The place of the run during which a sighting falls; -1 before the first. */
export function placeOf(runs: readonly Run[], seen: Seen): number {
  return runs.findLastIndex(({ fingerprint, startedAt }) => !isBefore(seen, { fingerprint, observedAt: startedAt }))
}

/**
 * What a sighting does to the runs of its environment, which stand in their order. Taking in the same sightings in any order comes to the
 * same runs: those of the sightings in order, each as long as its configuration is the only one that is seen.
 * @param again when the configuration that runs around the sighting was seen next after it, before the following run
 */
export function effectOf(runs: readonly Run[], seen: Seen, again: Date | undefined): Effect {
  const at = placeOf(runs, seen)
  if (runs[at]?.fingerprint === seen.fingerprint) return { is: 'within', isNow: at === runs.length - 1 }
  const splits = at >= 0 && again !== undefined
  if (!splits && runs[at + 1]?.fingerprint === seen.fingerprint) return { is: 'earlier', at: at + 1 }
  return { is: 'new', at: at + 1, splits }
}
