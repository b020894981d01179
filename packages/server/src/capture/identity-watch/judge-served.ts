import { agree, type Saying, tellsMore } from '@afterai/models'
import { futureToleranceMs } from '../readings.ts'
import type { Identity } from './sightings.ts'

/** An identity that is kept, with what its name says. */
export interface KnownIdentity extends Identity {
  readonly saying: Saying
  readonly baseline: boolean
  /** The change that told of it, be it first or as one more fingerprint of a set; null for what opened none. */
  changeId: string | null
  readonly firstMs: number
  lastMs: number
  /** Until when it had been seen before this transaction, of which no part is late for another. */
  readonly heldMs: number
  /** Since when a fingerprint that joined in silence was seen without those before it. */
  alone: Alone | undefined
  /** Since when it was seen without what doesn't agree with it. */
  apart: Alone | undefined
  /** When it came back last, after something else had been served, and the change that told of that; null for what never did. */
  returned: { readonly ms: number; readonly changeId: string } | null
}

/** Since when something was seen to be served alone, and in how many different hours. */
export interface Alone {
  readonly sinceMs: number
  readonly hours: number
}

/** An identity that was seen to be served, with what its name says and when it was seen. */
export type SeenIdentity = Identity & Pick<KnownIdentity, 'saying' | 'firstMs' | 'lastMs'>

/** The relation of a sighting to the identities that are kept of its model. */
export type Judgement =
  /** `as`: the identity that was seen; undefined where it may have been any of several. */
  | { readonly is: 'known'; readonly as: KnownIdentity | undefined }
  /** Seen so long before what is kept that it says nothing of now. */
  | { readonly is: 'late' }
  | { readonly is: 'baseline' }
  /** More of what was known already. */
  | { readonly is: 'refinement'; readonly baseline: boolean; readonly changeId: string | null }
  /** One more fingerprint of a set that a change told of lately. */
  | { readonly is: 'member'; readonly changeId: string }
  /** Another fingerprint of a model whose fingerprints are `known`. */
  | { readonly is: 'growth'; readonly known: readonly KnownIdentity[] }
  /** Another model, or another release of it. */
  | { readonly is: 'change' }

/** Tells what a sighting is to what is kept (ADR 0025). `learningMs` is how long a set of fingerprints grows after the change that told of it. */
export function judge(kept: readonly KnownIdentity[], seen: SeenIdentity, learningMs: number): Judgement {
  const agreeing = kept.filter(({ saying }) => agree(saying, seen.saying))
  const known = agreeing.filter((it) => !tellsMore(seen.saying, it.saying) && coversFingerprint(it, seen))
  if (known.length > 0) return { is: 'known', as: whichOf(known, agreeing, seen) }
  if (kept.some((it) => seen.lastMs < it.heldMs - futureToleranceMs)) return { is: 'late' }
  if (kept.length === 0) return { is: 'baseline' }
  const kin = agreeing.filter((it) => !isSettledOtherwise(it, kept, seen))
  if (kin.length === 0) return { is: 'change' }
  const set = kin.filter(({ systemFingerprint }) => systemFingerprint !== '')
  const isRefinement = set.length === 0 || set.some((it) => coversFingerprint(it, seen))
  if (isRefinement) return { is: 'refinement', ...toldOf(kin) }
  const changeId = growingAt(set, seen.firstMs, learningMs)
  return changeId === undefined ? { is: 'growth', known: set } : { is: 'member', changeId }
}

/** A fingerprint that joined in silence and has taken the place of others. */
export interface Replacement {
  readonly by: KnownIdentity
  readonly of: readonly KnownIdentity[]
}

/** In how many hours something is seen, and nothing of what it replaces, until it has taken its place: a night without calls is no sign. */
const hoursAlone = 12
const hourMs = 3_600_000

/** Notes which of the fingerprints that joined in silence are seen alone. @returns those that were for `learningMs` */
export function replacements(kept: readonly KnownIdentity[], learningMs: number): Replacement[] {
  return kept.flatMap((by) => {
    const of = replaceable(by, kept)
    if (of.length === 0 || by.lastMs === by.heldMs) return []
    const othersMs = Math.max(...of.map(({ lastMs }) => lastMs))
    by.alone = aloneOf(by.alone, by, othersMs)
    const isAlone = by.alone !== undefined && by.alone.hours >= hoursAlone && by.lastMs - othersMs >= learningMs
    return isAlone ? [{ by, of }] : []
  })
}

/** Those that were known before a fingerprint that no change told of by itself; none where one did. */
function replaceable(by: KnownIdentity, kept: readonly KnownIdentity[]): KnownIdentity[] {
  if (by.changeId === null || by.systemFingerprint === '') return []
  const earlier = kept.filter((it) => it !== by && it.systemFingerprint !== '' && isBefore(it, by))
  const isTold = !earlier.some(({ changeId }) => changeId === by.changeId)
  return isTold ? [] : earlier.filter(({ saying }) => agree(saying, by.saying))
}

/** A model that is served alone by now. */
export interface Sole {
  readonly by: KnownIdentity
  /** What was served beside it or before it, and isn't any more. */
  readonly others: readonly KnownIdentity[]
  /** What was told last to be served, where that was another: `by` was served before, and has come back. */
  readonly inPlaceOf: KnownIdentity | undefined
}

/** Notes which models are seen without the others. @returns those that came to be alone just now */
export function soles(kept: readonly KnownIdentity[]): Sole[] {
  const told = kept.toSorted((a, b) => toldMs(b) - toldMs(a))[0]
  return kept.flatMap((by) => {
    const others = kept.filter(({ saying }) => !agree(saying, by.saying))
    // What may have been any of several is no sign of one.
    const isVague = kept.some((it) => agree(it.saying, by.saying) && tellsMore(it.saying, by.saying))
    if (others.length === 0 || isVague || by.lastMs === by.heldMs || told === undefined) return []
    const hoursBefore = by.apart?.hours ?? 0
    by.apart = aloneOf(by.apart, by, Math.max(...others.map(({ lastMs }) => lastMs)))
    if (by.apart === undefined || by.apart.hours < hoursAlone) return []
    const isBack = !agree(told.saying, by.saying)
    return isBack || hoursBefore < hoursAlone ? [{ by, others, inPlaceOf: isBack ? told : undefined }] : []
  })
}

/** When a change, or the first sighting of all, told that something is served. */
function toldMs({ firstMs, returned }: KnownIdentity): number {
  return returned?.ms ?? firstMs
}

function aloneOf(
  alone: Alone | undefined,
  { heldMs, lastMs }: Pick<KnownIdentity, 'heldMs' | 'lastMs'>,
  othersMs: number,
): Alone | undefined {
  if (othersMs >= lastMs) return undefined
  if (alone === undefined || othersMs >= alone.sinceMs) return { sinceMs: lastMs, hours: 1 }
  const isNextHour = Math.floor(lastMs / hourMs) > Math.floor(heldMs / hourMs)
  return isNextHour ? { ...alone, hours: alone.hours + 1 } : alone
}

/** The identity that was seen last, of those that say most. */
export function latestOf<T extends Pick<KnownIdentity, 'saying' | 'lastMs'>>(kept: readonly T[]): T | undefined {
  const telling = kept.filter(
    (it) => !kept.some((other) => agree(other.saying, it.saying) && tellsMore(other.saying, it.saying)),
  )
  return (telling.length === 0 ? kept : telling).toSorted((a, b) => b.lastMs - a.lastMs)[0]
}

// A call without a fingerprint may be of any with the same name; a stream or an error often lacks it.
function coversFingerprint(kept: Identity, { systemFingerprint }: Identity): boolean {
  return systemFingerprint === '' || kept.systemFingerprint === systemFingerprint
}

function whichOf(
  known: readonly KnownIdentity[],
  agreeing: readonly KnownIdentity[],
  { servedName, systemFingerprint, saying }: SeenIdentity,
): KnownIdentity | undefined {
  const isVague = agreeing.some(
    (it) => tellsMore(it.saying, saying) || (systemFingerprint === '' && it.systemFingerprint !== ''),
  )
  if (isVague) return undefined
  return known.find((it) => it.servedName === servedName) ?? known[0]
}

// What says more of something is told by what told of that.
function toldOf(kin: readonly KnownIdentity[]): Pick<KnownIdentity, 'baseline' | 'changeId'> {
  const baseline = kin.some((it) => it.baseline)
  const changeId = baseline ? undefined : kin.find((it) => it.changeId !== null)?.changeId
  return { baseline, changeId: changeId ?? null }
}

// An alias that was told to be one snapshot before isn't one with the next.
function isSettledOtherwise(it: KnownIdentity, kept: readonly KnownIdentity[], { saying }: SeenIdentity): boolean {
  return (
    tellsMore(saying, it.saying) &&
    kept.some(
      (other) => !agree(other.saying, saying) && agree(other.saying, it.saying) && tellsMore(other.saying, it.saying),
    )
  )
}

/** The change whose set still grows at a moment. */
function growingAt(set: readonly KnownIdentity[], atMs: number, learningMs: number): string | undefined {
  const sinceMs = new Map<string, number>()
  for (const { changeId, firstMs } of set) {
    if (changeId !== null) sinceMs.set(changeId, Math.min(sinceMs.get(changeId) ?? firstMs, firstMs))
  }
  return [...sinceMs]
    .toSorted(([, a], [, b]) => b - a)
    .find(([, since]) => atMs >= since - futureToleranceMs && atMs < since + learningMs)?.[0]
}

function isBefore(one: KnownIdentity, other: KnownIdentity): boolean {
  if (one.firstMs !== other.firstMs) return one.firstMs < other.firstMs
  return `${one.systemFingerprint} ${one.servedName}` < `${other.systemFingerprint} ${other.servedName}`
}
