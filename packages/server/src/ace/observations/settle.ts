import { newId } from '../../platform/ids.ts'
import { type Current, environmentKey, type Environments, type Head } from './environments.ts'
import { effectOf, isBefore, placeOf, type Run } from './history.ts'
import type { Outcome, Sighting } from './sighting.ts'

/** When an environment was last seen is kept to the minute, so that seeing doesn't turn into writing. */
export const seenRecordedEveryMs = 60_000

/** When the configuration that runs around a sighting was seen next after it, and by whom. */
export interface SeenAgain {
  readonly at: Date
  readonly origin: Sighting['origin']
  readonly revision: string | null
}

/** What sightings are held against. The environments and their runs are held until the transaction ends. */
export interface Known {
  readonly environments: Environments
  /** Of each environment the run around its first sighting, and those after it, in their order. */
  readonly runs: ReadonlyMap<string, readonly Run[]>
  /** By the ids of sightings: only of those that tell of another configuration than the one around them. */
  readonly again: ReadonlyMap<string, SeenAgain>
}

/** A run that wasn't known, or has another run before it than was known. */
export interface Transition {
  readonly run: Run
  readonly systemId: string
  readonly environment: string
  /** What ran before it. */
  readonly before: string
  /** Who tells of it: the first to see it, or the one by whom it turns out that something else ran before it. */
  readonly by: Pick<Sighting, 'origin' | 'revision'>
  /** Its configuration, where it came with the sighting. */
  readonly configuration: Sighting['configuration'] | undefined
  /** Whether it is the newest run of its environment. */
  readonly isNow: boolean
}

/** The first run of an environment. */
export type Baseline = Pick<Transition, 'run' | 'systemId' | 'environment'>

/** A run that began earlier than was known, and when it was thought to have begun. */
export interface Moved extends Baseline {
  readonly was: Date
}

/** What becomes of sightings. */
export interface Settlement {
  readonly steps: readonly { readonly sighting: Sighting; readonly outcome: Outcome['outcome']; readonly run: Run }[]
  readonly baselines: readonly Baseline[]
  /** In the order of time, one environment after the other. */
  readonly transitions: readonly Transition[]
  readonly added: readonly (Run & Pick<Sighting, 'systemId' | 'environment'>)[]
  /** Runs that began earlier than was known. */
  readonly moved: readonly Moved[]
  /** Changes of which another run turned out to have been before. */
  readonly rebased: readonly { readonly changeId: string; readonly before: string; readonly after: string }[]
  /** Environments that are another than they were. */
  readonly heads: readonly Head[]
}

/**
 * Settles sightings that come one environment after the other, the oldest first. It asks nothing: what it must know was read, and is
 * held where it may be altered. What the runs of an environment are in the end doesn't depend on the order in which they were told.
 */
export function settle(sightings: readonly Sighting[], known: Known): Settlement {
  const groups = Map.groupBy(sightings, environmentKey)
  const settled = [...groups].map(([key, group]) => settleEnvironment(key, group, known))
  return {
    steps: settled.flatMap(({ steps }) => steps),
    baselines: settled.flatMap(({ baselines }) => baselines),
    transitions: settled.flatMap(({ transitions }) => transitions),
    added: settled.flatMap(({ added }) => added),
    moved: settled.flatMap(({ moved }) => moved),
    rebased: settled.flatMap(({ rebased }) => rebased),
    heads: settled.flatMap(({ heads }) => heads),
  }
}

interface Begun {
  readonly by: Transition['by']
  readonly configuration: Transition['configuration']
}

function settleEnvironment(key: string, sightings: readonly Sighting[], known: Known): Settlement {
  const original = known.runs.get(key) ?? []
  const begun = new Map<string, Begun>()
  let runs = original
  const steps = sightings.map((sighting) => {
    const taken = takeIn(runs, sighting, known.again.get(sighting.id))
    runs = taken.runs
    for (const [id, it] of taken.begun) begun.set(id, it)
    return { sighting, outcome: taken.outcome, runId: taken.runId }
  })
  const place = { systemId: sightings[0]?.systemId ?? '', environment: sightings[0]?.environment ?? '' }
  const byId = new Map(runs.map((run) => [run.id, run]))
  const first = runs[0]
  return {
    steps: steps.map(({ runId, ...step }) => ({ ...step, run: byId.get(runId) ?? unknownRun() })),
    baselines: first !== undefined && begun.has(first.id) ? [{ run: first, ...place }] : [],
    ...differences(original, runs, { place, begun, sightings }),
    added: runs.filter(({ id }) => begun.has(id)).map((run) => ({ ...run, ...place })),
    heads: headOf(runs, { place, sightings, now: known.environments.get(key) }),
  }
}

interface Taken {
  readonly runs: readonly Run[]
  readonly begun: readonly (readonly [string, Begun])[]
  readonly outcome: Outcome['outcome']
  readonly runId: string
}

function takeIn(runs: readonly Run[], sighting: Sighting, again: SeenAgain | undefined): Taken {
  const { fingerprint, observedAt, configuration, origin, revision } = sighting
  const at = placeOf(runs, sighting)
  const around = runs[at]
  const seenAgain = stillAround(runs, at, again)
  // A commit says what was meant to run, not when: it parts no run that was seen to go on after it.
  if (origin === 'import' && around !== undefined && seenAgain !== undefined && seenAgain.origin !== 'import') {
    return { runs, begun: [], outcome: 'unchanged', runId: around.id }
  }
  const effect = effectOf(runs, sighting, seenAgain?.at)
  if (effect.is === 'within') {
    // What is imported of the past is no late news.
    const outcome = effect.isNow || origin === 'import' ? 'unchanged' : 'late'
    return { runs, begun: [], outcome, runId: around?.id ?? '' }
  }
  if (effect.is === 'earlier') {
    const run = runs[effect.at] ?? unknownRun()
    const moved = runs.with(effect.at, { ...run, startedAt: observedAt })
    return { runs: moved, begun: [], outcome: 'unchanged', runId: run.id }
  }
  const own: Run = { id: newId(), fingerprint, startedAt: observedAt, changeId: null }
  const outcome = effect.at === 0 ? 'baseline' : 'changed'
  const mine = [own.id, { by: { origin, revision }, configuration }] as const
  if (!effect.splits || around === undefined || again === undefined) {
    return { runs: runs.toSpliced(effect.at, 0, own), begun: [mine], outcome, runId: own.id }
  }
  const rest: Run = { id: newId(), fingerprint: around.fingerprint, startedAt: again.at, changeId: null }
  const theirs = [rest.id, { by: again, configuration: undefined }] as const
  return { runs: runs.toSpliced(effect.at, 0, own, rest), begun: [mine, theirs], outcome, runId: own.id }
}

// What was read beforehand is of the run that was around it then: one that this batch made is seen in the batch alone.
function stillAround(runs: readonly Run[], at: number, again: SeenAgain | undefined): SeenAgain | undefined {
  const next = runs[at + 1]
  if (again === undefined || next === undefined) return again
  const around = runs[at]
  const seen = { fingerprint: around?.fingerprint ?? '', observedAt: again.at }
  return isBefore(seen, { fingerprint: next.fingerprint, observedAt: next.startedAt }) ? again : undefined
}

function differences(
  original: readonly Run[],
  runs: readonly Run[],
  at: {
    readonly place: Pick<Sighting, 'systemId' | 'environment'>
    readonly begun: ReadonlyMap<string, Begun>
    readonly sightings: readonly Sighting[]
  },
): Pick<Settlement, 'transitions' | 'moved' | 'rebased'> {
  const before = new Map(original.map((run, n) => [run.id, { run, previous: original[n - 1]?.fingerprint }]))
  const transitions: Transition[] = []
  const moved: Moved[] = []
  const rebased: Settlement['rebased'][number][] = []
  for (const [n, run] of runs.entries()) {
    const was = before.get(run.id)
    const previous = runs[n - 1]?.fingerprint
    if (was !== undefined && was.run.startedAt.getTime() !== run.startedAt.getTime()) {
      moved.push({ run, ...at.place, was: was.run.startedAt })
    }
    // The first one of those read has another before it that wasn't read, or none.
    if (previous === undefined || previous === was?.previous) continue
    if (was === undefined || (was.previous === undefined && run.changeId === null)) {
      const { by, configuration } = at.begun.get(run.id) ?? {
        by: { origin: at.sightings[0]?.origin ?? 'api', revision: null },
        configuration: undefined,
      }
      transitions.push({ run, ...at.place, before: previous, by, configuration, isNow: n === runs.length - 1 })
    } else if (run.changeId !== null) {
      rebased.push({ changeId: run.changeId, before: previous, after: run.fingerprint })
    }
  }
  return { transitions, moved, rebased }
}

/** What the environment is from now on, where that is another than what is kept of it. */
function headOf(
  runs: readonly Run[],
  {
    place,
    sightings,
    now,
  }: { place: Pick<Sighting, 'systemId' | 'environment'>; sightings: readonly Sighting[]; now: Current | undefined },
): readonly Head[] {
  const [first, last] = [runs[0], runs.at(-1)]
  if (first === undefined || last === undefined || now === undefined) return []
  const newest = sightings.findLast(
    ({ fingerprint, observedAt }) => fingerprint === last.fingerprint && observedAt >= last.startedAt,
  )
  const seenAt = newest === undefined || newest.observedAt <= now.lastSeenAt ? now.lastSeenAt : newest.observedAt
  const head = {
    ...place,
    fingerprint: last.fingerprint,
    changedAt: last.startedAt,
    firstSeenAt: first.startedAt < now.firstSeenAt ? first.startedAt : now.firstSeenAt,
    lastSeenAt: last.fingerprint === now.fingerprint ? seenAt : (newest?.observedAt ?? last.startedAt),
  }
  const isSame =
    head.fingerprint === now.fingerprint &&
    head.changedAt.getTime() === now.changedAt.getTime() &&
    head.firstSeenAt.getTime() === now.firstSeenAt.getTime() &&
    head.lastSeenAt.getTime() - now.lastSeenAt.getTime() < seenRecordedEveryMs
  return isSame ? [] : [head]
}

function unknownRun(): never {
  throw new Error('a sighting is of a run that is not there')
}
