import type { Operations } from '@afterai/client'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import type { Measure } from './measures.ts'

/** A measure of an environment over time, and the changes that began to run meanwhile. */
export type Series = Operations['getTelemetrySeries']['answer']
/** A change that began to run, on the axis of time. */
export type Marker = Series['markers'][number]

/** Of what a series is asked. */
export interface SeriesAsked {
  readonly system: string
  readonly environment: string
  readonly measure: Measure
  readonly from: string
  readonly to: string
}

/** The question for a measure over time; calls come with it, since every rate is of so many of them. */
export function seriesQuery({ system, environment, measure, from, to }: SeriesAsked) {
  return queryOptions({
    queryKey: ['series', system, environment, measure, from, to],
    queryFn: ({ signal }) =>
      api.getTelemetrySeries({
        query: { system, environment, measures: measure === 'calls' ? 'calls' : `calls,${measure}`, from, to },
        signal,
      }),
    staleTime: 60_000,
  })
}

/** The question whether a system ever sent telemetry. */
export function everMeasuredQuery(system: string) {
  return queryOptions({
    queryKey: ['series', system, 'ever'],
    queryFn: ({ signal }) => api.listTelemetryWindows({ query: { system, limit: 1 }, signal }),
    select: ({ items }) => items.length > 0,
  })
}

const hourMs = 3_600_000

/** Spans to look at, the newest hour last. */
export const spans = [
  { value: '24h', label: '24 hours', hours: 24 },
  { value: '7d', label: '7 days', hours: 168 },
  { value: '30d', label: '30 days', hours: 720 },
  { value: '90d', label: '90 days', hours: 2160 },
] as const
/** The name of a span. */
export type Span = (typeof spans)[number]['value']

/** The whole hours of a span until now, so that the same question is asked for an hour. */
export function spanUntil(span: Span, now: number): { readonly from: string; readonly to: string } {
  const hours = spans.find(({ value }) => value === span)?.hours ?? 168
  const end = (Math.floor(now / hourMs) + 1) * hourMs
  return { from: new Date(end - hours * hourMs).toISOString(), to: new Date(end).toISOString() }
}

/** The day before and the day after an instant, by whole hours; what is still to come is left out. */
export function dayAround(at: string, now: number): { readonly from: string; readonly to: string } {
  const hour = Math.floor(Date.parse(at) / hourMs) * hourMs
  const end = Math.min(hour + 25 * hourMs, (Math.floor(now / hourMs) + 1) * hourMs)
  return { from: new Date(hour - 24 * hourMs).toISOString(), to: new Date(end).toISOString() }
}
