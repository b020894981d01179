import { bandWords } from '../look/bands.ts'
import { type Metric, metricName } from './metric-words.ts'

interface Assessed {
  readonly metrics: readonly Metric[]
  readonly slices: readonly Metric[]
}

/** In what an earlier assessment says something else than the newest, each in a line. */
export function assessmentDifferences(earlier: Assessed, newest: Assessed): string[] {
  const [then, now] = [rowsOf(earlier), rowsOf(newest)]
  const names = [...new Set([...then.keys(), ...now.keys()])]
  return names.flatMap((name) => {
    const [before, after] = [then.get(name), now.get(name)]
    if (before === undefined) return [`${name}: only in the newest, ${wordOf(after)}`]
    if (after === undefined) return [`${name}: only in this one, ${wordOf(before)}`]
    return before.band === after.band ? [] : [`${name}: ${wordOf(before)} here, ${wordOf(after)} in the newest`]
  })
}

function rowsOf({ metrics, slices }: Assessed): Map<string, Metric> {
  return new Map(
    [...metrics, ...slices].map((row) => [`${metricName(row)}${row.slice === null ? '' : ` in ${row.slice}`}`, row]),
  )
}

function wordOf(row: Metric | undefined): string {
  return row === undefined ? '' : bandWords[row.band].toLowerCase()
}
