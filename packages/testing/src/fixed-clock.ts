/** A clock that moves only when told. */
export interface FixedClock {
  now(): Date
  /** Moves time on by so many milliseconds; negative moves it back. */
  advance(milliseconds: number): void
}

/** A clock that stands still at `start`, an instant in ISO 8601. */
export function fixedClock(start = '2026-01-05T09:00:00.000Z'): FixedClock {
  let time = Date.parse(start)
  if (Number.isNaN(time)) throw new RangeError(`not an instant: ${start}`)
  return {
    now: () => new Date(time),
    advance: (milliseconds) => {
      time += milliseconds
    },
  }
}
