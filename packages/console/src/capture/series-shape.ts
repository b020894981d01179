import { instantOf, offsetAt } from '../api/instants.ts'
import { measures, type Measure } from './measures.ts'
import type { Series } from './series.ts'

/** A point of a line: when, and how much; null where nothing was told. */
export interface Point {
  readonly at: number
  readonly value: number | null
}

/** The points of a measure. */
export function pointsOf({ points }: Pick<Series, 'points'>, measure: Measure): Point[] {
  return points.map((point) => ({ at: Date.parse(point.at), value: point[measure] ?? null }))
}

/** A round number that is not below the largest value, with marks at equal steps up to it. */
export function marksUpTo(largest: number): { readonly top: number; readonly marks: readonly number[] } {
  if (!(largest > 0) || !Number.isFinite(largest)) return { top: 1, marks: [0, 1] }
  const unit = 10 ** Math.floor(Math.log10(largest))
  const step = [0.2, 0.5, 1, 2, 5].map((it) => it * unit).find((it) => it * 4 >= largest) ?? unit * 5
  const steps = Math.max(1, Math.ceil(largest / step - 1e-9))
  const marks = Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
  return { top: marks.at(-1) ?? 1, marks }
}

/** Where something is between two ends, in percent; what is beyond them is set at the nearer one. */
export function share(value: number, from: number, to: number): number {
  return to <= from ? 0 : Math.min(100, Math.max(0, ((value - from) / (to - from)) * 100))
}

/** The line through points as the `d` of a path, in a square of 100; it breaks where nothing was told, and one point alone is a dot. */
export function pathThrough(points: readonly Point[], { from, to, top }: Frame): string {
  let isOpen = false
  const parts: string[] = []
  for (const { at, value } of points) {
    if (value === null) {
      isOpen = false
      continue
    }
    const place = `${round(share(at, from, to))} ${round(100 - share(value, 0, top))}`
    parts.push(isOpen ? `L${place}` : `M${place}h0`)
    isOpen = true
  }
  return parts.join('')
}

/** What a plot shows: from and until when, and up to how much. */
export interface Frame {
  readonly from: number
  readonly to: number
  readonly top: number
}

function round(value: number): number {
  return Number(value.toFixed(2))
}

const hourMs = 3_600_000
const stepsHours = [1, 3, 6, 12, 24, 48, 168, 336, 672, 1344]

/** Instants to mark on the axis of time, seven at most, at whole steps of the reader's own clock. */
export function instantsBetween(from: number, to: number): number[] {
  const hours = (to - from) / hourMs
  const step = (stepsHours.find((it) => hours / it <= 7) ?? 2688) * hourMs
  // Steps of the clock on the wall, which is put forward and back between them.
  const wall = Math.ceil((from + offsetAt(from) - hourMs) / step) * step
  const marks = Array.from({ length: Math.ceil((to - from) / step) + 2 }, (_, index) =>
    Date.parse(instantOf(new Date(wall + index * step).toISOString().slice(0, 16))),
  )
  return [...new Set(marks)].filter((at) => at >= from && at < to)
}

/** The point nearest to an instant of which something was told. */
export function nearest(points: readonly Point[], at: number): Point | undefined {
  return points
    .filter(({ value }) => value !== null)
    .reduce<Point | undefined>(
      (best, point) => (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at) ? point : best),
      undefined,
    )
}

/** What a plot shows, in a sentence for who doesn't see it. */
export function seriesSentence(points: readonly Point[], measure: Measure, markers: number): string {
  const told = points.map(({ value }) => value).filter((value) => value !== null)
  const { label, write } = measures[measure]
  if (told.length === 0) return `${label}: nothing was told.`
  const range = `from ${write(Math.min(...told))} to ${write(Math.max(...told))}, ${write(told.at(-1) ?? 0)} at the end`
  const gap =
    told.length < points.length ? ` Nothing was told for ${points.length - told.length} of ${points.length}.` : ''
  const began = markers === 0 ? '' : ` ${markers === 1 ? 'One change' : `${markers} changes`} began to run meanwhile.`
  return `${label} over time: ${points.length} points, ${range}.${gap}${began}`
}
