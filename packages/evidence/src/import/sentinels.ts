import { isQuality } from '../metric.ts'
import type { FaultList } from './faults.ts'
import type { MetricColumn } from './mapping.ts'
import { placeList } from './places.ts'

/** Watches the values of one score for numbers that stand for none. */
export interface SentinelWatch {
  readonly see: (value: number, line: number) => void
  /** Adds each as a fault. */
  readonly report: (faults: FaultList) => void
  /** Sentences on those that somebody named the metric of, who may mean them. */
  readonly notes: () => readonly string[]
}

/** Numbers that people write where nothing was measured: -1, and nines alone, on either side of 0. */
const MARKS = [-1, -9, -99, -999, -9999, -99_999, 99, 999, 9999, 99_999]
/** So many times anything else is no value of the same scale: 99 beside 10, 999 beside 100. */
const FAR = 9.9

/** A watch for a metric. A scale that goes below 0, or ends at 1, has its own use for -1; one that is said to hold a mark has its own for it. */
export function sentinelWatch({ kind, column, scale }: MetricColumn): SentinelWatch {
  const marks = new Map(MARKS.map((mark) => [mark, placeList()]))
  let lowest = Infinity
  let highest = -Infinity
  const stands = (mark: number): boolean => {
    if (scale !== undefined && mark >= scale.lower && mark <= scale.upper) return false
    if (mark > 0) return highest >= 0 && mark >= FAR * Math.max(highest, 1)
    if (lowest < 0 || lowest === Infinity) return false
    return mark < -1 || (highest > 1 && highest <= 100)
  }
  const found = (): (readonly [mark: number, what: string, line: number])[] =>
    [...marks].flatMap(([mark, places]) => {
      if (!isQuality(kind) || places.count() === 0 || !stands(mark)) return []
      const beside = mark < 0 ? 'on a scale that has nothing else below 0' : 'where nothing else is a tenth of it'
      return [[mark, `${mark} ${places.text()}, ${beside}`, places.first()] as const]
    })
  return {
    see(value, line) {
      const places = marks.get(value)
      if (places !== undefined) return places.add(line)
      lowest = Math.min(lowest, value)
      highest = Math.max(highest, value)
    },
    report(faults) {
      for (const [mark, what, line] of found()) {
        const step = `say that it means nothing measured with --missing ${mark}, or take it as a score by naming the metric with --metric`
        faults.add('sentinel', what, { line, column }, step)
      }
    },
    notes: () =>
      found().map(
        ([mark, what]) =>
          `${what}: taken as a score, as the metric was named; --missing ${mark} says that nothing was measured`,
      ),
  }
}
