import { addDistinct, distinctOf, type DistinctCount, emptyDistinct, mergeDistinct } from './distinct-count.ts'
import {
  addCounts,
  addToDistribution,
  type Distribution,
  type DistributionJson,
  distributionFromJson,
  distributionToJson,
  emptyDistribution,
  mergeDistribution,
} from './distribution.ts'
import { addExactly } from './exact-sum.ts'

/** One request to a model, or one judgement of its answer, as numbers and names alone. */
export interface Measurement {
  /** Whether it is a request; a score that comes later, by itself, isn't. */
  readonly isCall: boolean
  readonly latencyMs?: number | undefined
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly costUsd?: number | undefined
  readonly score?: { readonly name: string; readonly value: number } | undefined
  readonly finishReason?: string | undefined
  readonly error?: boolean | undefined
  readonly refused?: boolean | undefined
  readonly agreed?: boolean | undefined
  /** The provider said neither which model served nor its fingerprint. */
  readonly unidentified?: boolean | undefined
  /** There were tokens, and no price is known for them. */
  readonly unpriced?: boolean | undefined
  /** A text by which distinct things are counted, where many share a window. */
  readonly distinct?: string | undefined
}

interface Summary {
  readonly quantity: WindowQuantity
  readonly n: number
  readonly sum: number
  readonly distinct?: string | undefined
}

/** The counts of a window, in the order in which they are kept. */
export const windowCounts = ['calls', 'errors', 'refusals', 'agreed', 'disagreed', 'unidentified', 'unpriced'] as const
/** The quantities of a window, in the order in which they are kept. */
export const windowQuantities = ['latencyMs', 'inputTokens', 'outputTokens', 'costUsd'] as const

/** A count of a window. */
export type WindowCount = (typeof windowCounts)[number]
/** A quantity of a window. */
export type WindowQuantity = (typeof windowQuantities)[number]

/** The aggregate of a window of time: mergeable, in any order and split. */
export type WindowAggregate = { [K in WindowCount]: number } & { readonly [K in WindowQuantity]: Distribution } & {
  readonly finishReasons: Map<string, number>
  readonly scores: Map<string, Distribution>
  readonly distinct: DistinctCount
}

/** Most finish reasons and names of scores that a window tells apart; the rest share `other`. */
const mostNames = 32

/** The aggregate of nothing. */
export function emptyWindow(): WindowAggregate {
  return {
    calls: 0,
    errors: 0,
    refusals: 0,
    agreed: 0,
    disagreed: 0,
    unidentified: 0,
    unpriced: 0,
    latencyMs: emptyDistribution(),
    inputTokens: emptyDistribution(),
    outputTokens: emptyDistribution(),
    costUsd: emptyDistribution(),
    finishReasons: new Map(),
    scores: new Map(),
    distinct: emptyDistinct(),
  }
}

/** Counts a measurement, in place. */
export function addMeasurement(window: WindowAggregate, it: Measurement): void {
  count(window, it, 1)
  if (it.distinct !== undefined) addDistinct(window.distinct, it.distinct)
}

/**
 * Takes back a measurement that was counted, in place or in a window that this one will be merged with: all but its part in the count of distinct things,
 * which only grows. Sums are exact, so they are what they would be without it.
 */
export function takeBackMeasurement(window: WindowAggregate, it: Measurement): void {
  count(window, it, -1)
}

function count(window: WindowAggregate, it: Measurement, times: 1 | -1): void {
  if (it.isCall) window.calls += times
  if (it.error === true) window.errors += times
  if (it.refused === true) window.refusals += times
  if (it.agreed !== undefined) window[it.agreed ? 'agreed' : 'disagreed'] += times
  if (it.unidentified === true) window.unidentified += times
  if (it.unpriced === true) window.unpriced += times
  if (it.latencyMs !== undefined) addToDistribution(window.latencyMs, it.latencyMs, times)
  if (it.inputTokens !== undefined) addToDistribution(window.inputTokens, it.inputTokens, times)
  if (it.outputTokens !== undefined) addToDistribution(window.outputTokens, it.outputTokens, times)
  if (it.costUsd !== undefined) addToDistribution(window.costUsd, it.costUsd, times)
  if (it.finishReason !== undefined) addToName(window.finishReasons, it.finishReason, times)
  if (it.score !== undefined) addToDistribution(scoreOf(window, it.score.name), it.score.value, times)
}

/** Counts numbers of which only how many and their sum is known, in place; quantiles and squares don't learn of them. */
export function addSummary(window: WindowAggregate, it: Summary): void {
  const into = window[it.quantity]
  into.n = addCounts(into.n, it.n)
  addExactly(into.sum, it.sum)
  if (it.distinct !== undefined) addDistinct(window.distinct, it.distinct)
}

/** Adds another window, in place. */
export function mergeWindow(into: WindowAggregate, from: WindowAggregate): void {
  for (const name of windowCounts) into[name] = addCounts(into[name], from[name])
  for (const name of windowQuantities) mergeDistribution(into[name], from[name])
  for (const [reason, n] of from.finishReasons) addToName(into.finishReasons, reason, n)
  for (const [name, scores] of from.scores) mergeDistribution(scoreOf(into, name), scores)
  mergeDistinct(into.distinct, from.distinct)
}

// A name that nothing is left of makes room for another.
function addToName(map: Map<string, number>, name: string, n: number): void {
  const known = map.has(name) || map.size < mostNames ? name : 'other'
  const sum = addCounts(map.get(known) ?? 0, n)
  if (sum === 0) map.delete(known)
  else map.set(known, sum)
}

function scoreOf({ scores }: WindowAggregate, name: string): Distribution {
  const known = scores.has(name) || scores.size < mostNames ? name : 'other'
  const there = scores.get(known)
  if (there !== undefined) return there
  const made = emptyDistribution()
  scores.set(known, made)
  return made
}

/** About how many distinct things a window that many share holds. */
export function distinctIn(window: WindowAggregate): number {
  return distinctOf(window.distinct)
}

/** The form in which a window is kept. What is empty is left out. */
export interface WindowJson {
  readonly counts: Readonly<Partial<Record<WindowCount, number>>>
  readonly quantities: Readonly<Partial<Record<WindowQuantity, DistributionJson>>>
  readonly finishReasons: Readonly<Record<string, number>>
  readonly scores: Readonly<Record<string, DistributionJson>>
  /** Registers in hexadecimal; absent where nothing was counted. */
  readonly distinct?: string
}

/** Turns a window into the JSON in which it is kept. */
export function windowToJson(window: WindowAggregate): WindowJson {
  const kept = windowQuantities.filter((name) => window[name].n > 0)
  return {
    counts: Object.fromEntries(windowCounts.filter((name) => window[name] > 0).map((name) => [name, window[name]])),
    quantities: Object.fromEntries(kept.map((name) => [name, distributionToJson(window[name])])),
    finishReasons: Object.fromEntries(sorted(window.finishReasons)),
    scores: Object.fromEntries(sorted(window.scores).map(([name, it]) => [name, distributionToJson(it)])),
    ...(window.distinct.some((zeros) => zeros > 0) ? { distinct: toHex(window.distinct) } : {}),
  }
}

/** The window that was kept. */
export function windowFromJson(json: WindowJson): WindowAggregate {
  const window = emptyWindow()
  for (const name of windowCounts) window[name] = addCounts(json.counts[name] ?? 0, 0)
  for (const name of windowQuantities) {
    const kept = json.quantities[name]
    if (kept !== undefined) mergeDistribution(window[name], distributionFromJson(kept))
  }
  for (const [reason, n] of Object.entries(json.finishReasons)) window.finishReasons.set(reason, n)
  for (const [name, it] of Object.entries(json.scores)) window.scores.set(name, distributionFromJson(it))
  if (json.distinct !== undefined) mergeDistinct(window.distinct, fromHex(json.distinct))
  return window
}

function sorted<T>(map: Map<string, T>): [string, T][] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
