import type { Caller } from '../../access/index.ts'
import { defaultEnvironment, none } from '../limits.ts'
import type { CallConfiguration, SettledReading } from '../readings.ts'
import type { SettledBatch } from './running-totals.ts'

/** Readings that belong together: of one system, environment, route and configuration. What is watched is looked at once for all. */
export interface ReadingGroup {
  readonly systemId: string
  /** As the client named it. */
  readonly system: string
  /** Whether it shares its id with others, as systems beyond the limit do. */
  readonly systemShared: boolean
  readonly environment: string
  /** Whether the client named none, and it is the default. */
  readonly isDefaultEnvironment: boolean
  readonly route: string
  /** Of calls; undefined for what isn't one. */
  readonly configuration: CallConfiguration | undefined
  /** What was deployed when it was shown first, as far as that was told. */
  readonly revision: string | undefined
  /** Whether they are figures of requests that don't count themselves, and aren't watched. */
  readonly isRest: boolean
  /** As the client named it. */
  readonly fingerprint: string | undefined
  /** Whose batch showed it first. */
  readonly caller: Caller
  readonly readings: SettledReading[]
  firstMs: number
  lastMs: number
}

type Level<T> = Map<unknown, T>

/** Groups the readings of batches, in the order in which they came. */
export function groupReadings(
  batches: readonly SettledBatch[],
  systemOf: (name: string) => { readonly id: string; readonly shared: boolean },
): ReadingGroup[] {
  const groups: ReadingGroup[] = []
  const whole: Level<Level<Level<Level<ReadingGroup>>>> = new Map()
  const rests: typeof whole = new Map()
  for (const { caller, readings } of batches) {
    for (const reading of readings) {
      const watched = reading.kind === 'call' || reading.kind === 'agent' ? reading : undefined
      const configuration = watched?.configuration
      const fingerprint = reading.kind === 'measure' ? reading.fingerprint : undefined
      const route = reading.route ?? none
      const isRest = reading.kind === 'call' && reading.isRest === true
      const byPlace = level(
        level(level(isRest ? rests : whole, configuration ?? fingerprint), reading.system),
        reading.environment,
      )
      const there = byPlace.get(route)
      if (there !== undefined) {
        there.readings.push(reading)
        if (reading.atMs < there.firstMs) there.firstMs = reading.atMs
        if (reading.atMs > there.lastMs) there.lastMs = reading.atMs
        continue
      }
      const { id, shared } = systemOf(reading.system)
      const group: ReadingGroup = {
        systemId: id,
        system: reading.system,
        systemShared: shared,
        environment: reading.environment ?? defaultEnvironment,
        isDefaultEnvironment: reading.environment === undefined,
        route,
        configuration,
        revision: watched?.revision,
        isRest,
        fingerprint,
        caller,
        readings: [reading],
        firstMs: reading.atMs,
        lastMs: reading.atMs,
      }
      byPlace.set(route, group)
      groups.push(group)
    }
  }
  return groups
}

function level<T>(map: Level<Level<T>>, key: unknown): Level<T> {
  const there = map.get(key)
  if (there !== undefined) return there
  const made: Level<T> = new Map()
  map.set(key, made)
  return made
}
