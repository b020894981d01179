import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectOf, isBefore, placeOf, type Run, type Seen } from './history.ts'

const sightings = fc.array(fc.record({ fingerprint: fc.constantFrom('a', 'b', 'c'), minute: fc.nat({ max: 12 }) }), {
  minLength: 1,
  maxLength: 16,
})

const seenOf = ({ fingerprint, minute }: { fingerprint: string; minute: number }): Seen => ({
  fingerprint,
  observedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)),
})

/** The runs as they are defined: of all sightings in order, those that differ from the one before. */
function runsOf(all: readonly Seen[]): string[] {
  const ordered = all.toSorted((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0))
  return ordered
    .filter(({ fingerprint }, n) => fingerprint !== ordered[n - 1]?.fingerprint)
    .map(({ fingerprint, observedAt }) => `${fingerprint} ${observedAt.toISOString()}`)
}

/** The runs as they come to be, one sighting after the other. */
function takenIn(all: readonly Seen[]): string[] {
  let runs: Run[] = []
  const before: Seen[] = []
  for (const seen of all) {
    const around = runs[placeOf(runs, seen)]
    const next = runs[placeOf(runs, seen) + 1]
    const again = before
      .filter((it) => it.fingerprint === around?.fingerprint && isBefore(seen, it))
      .filter((it) => next === undefined || isBefore(it, { ...next, observedAt: next.startedAt }))
      .toSorted((a, b) => (isBefore(a, b) ? -1 : 1))[0]?.observedAt
    const effect = effectOf(runs, seen, again)
    const run = (fingerprint: string, startedAt: Date): Run => ({ id: '', fingerprint, startedAt, changeId: null })
    if (effect.is === 'earlier') runs = runs.with(effect.at, run(seen.fingerprint, seen.observedAt))
    if (effect.is === 'new') {
      const added = [run(seen.fingerprint, seen.observedAt)]
      if (effect.splits && around !== undefined && again !== undefined) added.push(run(around.fingerprint, again))
      runs = runs.toSpliced(effect.at, 0, ...added)
    }
    before.push(seen)
  }
  return runs.map(({ fingerprint, startedAt }) => `${fingerprint} ${startedAt.toISOString()}`)
}

test('P6.1: sightings come to the same runs in whatever order they arrive', () => {
  fc.assert(
    fc.property(
      sightings.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => {
        const expected = runsOf(all.map(seenOf))
        expect(takenIn(all.map(seenOf))).toEqual(expected)
        expect(takenIn(shuffled.map(seenOf))).toEqual(expected)
        expect(takenIn([...shuffled, ...all].map(seenOf))).toEqual(expected)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('P6.1: forth, back, forth and back again are four runs', () => {
  const told = ['a', 'b', 'a', 'b'].map((fingerprint, minute) => seenOf({ fingerprint, minute }))
  expect(takenIn(told.toReversed())).toHaveLength(4)
})
