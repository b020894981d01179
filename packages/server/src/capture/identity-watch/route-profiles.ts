import { type Configuration, fingerprintOf } from '@afterai/contract'
import { onceSettled } from '../../platform/database.ts'
import { type CaptureLimits, overflow } from '../limits.ts'
import {
  derivedConfiguration,
  type Facet,
  facetValues,
  namePart,
  shownNext,
  versionedFacets,
  withoutVarying,
} from './configuration.ts'
import type { Learning } from './learning.ts'
import { insertFacets, memberOf, type NewFacet, openProfiles, type Profile, updateProfiles } from './profile-rows.ts'
import type { WatchedCall } from './watched-call.ts'

/** Watches what routes run with. */
export interface RouteProfiles {
  /** Calls that show something that this process hasn't noted, one of a kind, by route. */
  newsAmong(tenantId: string, calls: readonly WatchedCall[]): RouteNews
  /** Learns it, and opens an ACE for a setting that is new to a route that was learned. @returns the routes' state after it, by route */
  settle(learning: Learning, news: RouteNews): Promise<ReadonlyMap<string, Profile>>
  /** Tells the identity of a call's configuration. `settled` are routes of this transaction that `settle` has changed. */
  fingerprints(tenantId: string, settled: ReadonlyMap<string, Profile>): (call: WatchedCall) => string
}

type RouteNews = ReadonlyMap<string, readonly WatchedCall[]>

interface Deps {
  readonly limits: Pick<CaptureLimits, 'learningMs' | 'facetValues' | 'groupNews'>
}

const mostKnown = 20_000
const dayMs = 24 * 3_600_000

/** Settings that this process has noted cost no query when they come again. */
export function createRouteProfiles(deps: Deps): RouteProfiles {
  const profiles = new Map<string, Profile>()
  const known = new Map<string, string>()
  return {
    newsAmong: (tenantId, calls) => newsAmong(profiles, tenantId, calls),
    async settle(learning, news) {
      const settled = await settleRoutes(deps, learning, news)
      onceSettled(learning.tx, (committed) => {
        if (!committed) return
        if (profiles.size > mostKnown) profiles.clear()
        for (const [key, profile] of settled) profiles.set(`${learning.tenantId} ${key}`, profile)
      })
      return settled
    },
    fingerprints(tenantId, settled) {
      let made = 0
      return (call) => {
        const profile = settled.get(routeKey(call)) ?? profiles.get(`${tenantId} ${routeKey(call)}`)
        const without = profile?.volatile ?? noFacets
        const { provider = '' } = call.configuration
        const shown = Object.entries(facetValues(call.configuration)).filter(([facet]) => !without.has(facet))
        const key = `${[...without].join()} ${provider} ${shown.map((it) => it.join(' ')).join(' ')}`
        const there = known.get(key)
        if (there !== undefined) return there
        // Each takes its time, and there may be as many as calls.
        if (made === deps.limits.groupNews) return overflow
        made += 1
        if (known.size > mostKnown) known.clear()
        const fingerprint = fingerprintOf(derivedConfiguration(call.configuration, without))
        known.set(key, fingerprint)
        return fingerprint
      }
    },
  }
}

const noFacets: ReadonlySet<string> = new Set()

function routeKey({ systemId, environment, route }: Pick<WatchedCall, 'systemId' | 'environment' | 'route'>): string {
  return `${systemId} ${environment} ${route}`
}

function newsAmong(
  profiles: ReadonlyMap<string, Profile>,
  tenantId: string,
  calls: readonly WatchedCall[],
): Map<string, WatchedCall[]> {
  const news = new Map<string, { calls: WatchedCall[]; shown: Set<string> }>()
  for (const it of calls) {
    const key = routeKey(it)
    const profile = profiles.get(`${tenantId} ${key}`)
    for (const [facet, value] of Object.entries(facetValues(it.configuration))) {
      const member = memberOf(facet, value)
      if (profile?.known.has(member) === true || profile?.volatile.has(facet) === true) continue
      const group = news.get(key) ?? { calls: [], shown: new Set<string>() }
      news.set(key, group)
      if (group.shown.has(member)) continue
      group.shown.add(member)
      if (group.calls.at(-1) !== it) group.calls.push(it)
    }
  }
  return new Map([...news].map(([key, { calls: some }]) => [key, some.toSorted((a, b) => a.firstMs - b.firstMs)]))
}

async function settleRoutes(deps: Deps, learning: Learning, news: RouteNews): Promise<Map<string, Profile>> {
  const { tx, tenantId } = learning
  if (news.size === 0) return new Map()
  const routes = [...news].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const first = routes.flatMap(([, [it]]) => (it === undefined ? [] : [it]))
  const opened = await openProfiles(tx, tenantId, first, deps.limits.learningMs)
  const byRoute = new Map(opened.map((profile) => [routeKey(profile), profile]))
  const fresh: NewFacet[] = []
  for (const [key, calls] of routes) {
    const profile = byRoute.get(key)
    if (profile === undefined) throw new Error('a route was not opened')
    for (const it of calls) fresh.push(...(await settleCall(deps, learning, { profile, it, made: fresh.length })))
  }
  await updateProfiles(tx, tenantId, opened)
  await insertFacets(tx, tenantId, fresh)
  return byRoute
}

interface Told {
  readonly profile: Profile
  readonly it: WatchedCall
  /** How many values this transaction has learned before. */
  readonly made: number
}

/** @returns what is to be kept of it */
async function settleCall(deps: Deps, learning: Learning, { profile, it, made }: Told): Promise<NewFacet[]> {
  const unknown = Object.entries(facetValues(it.configuration)).filter(
    ([facet, value]) => !profile.volatile.has(facet) && !profile.known.has(memberOf(facet, value)),
  ) as [Facet, string][]
  if (unknown.length === 0 || made >= deps.limits.groupNews) return []
  const varying = unknown.filter(([facet]) => countOf(profile, facet, sinceOf(facet)) >= deps.limits.facetValues)
  for (const [facet] of varying) profile.volatile.add(facet)
  const fresh = unknown.filter(([facet]) => !profile.volatile.has(facet))
  const before = profile.latest
  const after = shownNext(before, it.configuration, profile.volatile)
  const isLearned = profile.learningUntil <= new Date() && fresh.every(([facet]) => countOf(profile, facet) > 0)
  const isNews = isLearned || fresh.some(([facet, value]) => isNextVersion(profile, facet, value))
  const opens = isNews && fresh.length > 0 && !it.observed
  const changeId = opens ? await openChange(learning, { it, before, after, profile }) : null
  if (fresh.length > 0) profile.latest = after
  for (const [facet, value] of fresh) profile.known.set(memberOf(facet, value), Date.now())
  if (!opens) {
    learning.lessons.add('route_profile.learn', it.systemId, it.caller, {
      environment: it.environment,
      route: it.route,
      learned: fresh.map(([facet]) => facet),
      varying: varying.map(([facet]) => facet),
    })
  }
  return fresh.map(([facet, value]) => ({ profileId: profile.id, facet, value, changeId }))
}

// Both without what varies, so that the difference is what is new.
function openChange(
  { changes }: Learning,
  { it, before, after, profile }: { it: WatchedCall; before: Configuration; after: Configuration; profile: Profile },
): Promise<string> {
  const { systemId, environment, revision } = it
  return changes.open(it.caller, {
    systemId,
    environment,
    revision,
    before: withoutVarying(before, profile.volatile),
    after,
  })
}

/** Whether it is another version of what is known by that name, which nobody runs by chance. */
function isNextVersion({ known }: Profile, facet: Facet, value: string): boolean {
  if (!versionedFacets.has(facet)) return false
  const named = memberOf(facet, namePart(value))
  return [...known.keys()].some((member) => member.startsWith(named))
}

/** From when on values count as ones that vary by request: of versions there is one more with each deployment. */
function sinceOf(facet: Facet): number {
  return versionedFacets.has(facet) ? Date.now() - dayMs : 0
}

function countOf({ known }: Profile, facet: string, sinceMs = 0): number {
  let count = 0
  for (const [member, firstMs] of known) if (firstMs >= sinceMs && member.startsWith(`${facet} `)) count += 1
  return count
}
