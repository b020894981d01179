import type { Configuration } from '@afterai/contract'
import type { Audit } from '../../audit/audit.ts'
import type { Caller } from '../../identity/index.ts'
import { json, onceSettled, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { ChangeTracking } from '../change-tracking.ts'
import type { CallConfiguration } from '../readings.ts'
import { derivedConfiguration, type Facet, facets, facetValues } from './configuration.ts'

/** Calls of one system, environment, route and configuration, with the batch that showed them first. */
export interface WatchedCall {
  readonly systemId: string
  readonly environment: string
  /** As it is counted: the route itself, or `overflow`. */
  readonly route: string
  readonly configuration: CallConfiguration
  readonly caller: Caller
  /** Whether the environment is observed by an SDK or a pipeline, whose word wins over what is derived. */
  readonly observed: boolean
  readonly firstMs: number
  readonly lastMs: number
}

/** What this process knows of a route. */
interface Profile {
  readonly id: string
  readonly learningUntil: Date
  readonly known: Set<string>
  readonly volatile: Set<string>
  latest: Configuration
}

/** Watches what routes run with (ADR 0018). */
export interface RouteProfiles {
  /** Learns what calls show, and opens an ACE for a setting that is new to a route that was learned. */
  watch(tx: Transaction, calls: readonly WatchedCall[]): Promise<void>
  /** The identity of a call's configuration, once `watch` has seen it. */
  fingerprintOf(of: WatchedCall): string
}

interface Deps {
  readonly audit: Audit
  readonly tracking: Pick<ChangeTracking, 'openDerivedChange' | 'fingerprintOf'>
  readonly learningMs: number
  readonly facetValues: number
}

const mostKnown = 20_000

/** Settings that this process has noted cost no query when they come again. */
export function createRouteProfiles(deps: Deps): RouteProfiles {
  const profiles = new Map<string, Profile>()
  const fingerprints = new Map<string, string>()
  return {
    async watch(tx, calls) {
      const news = newsAmong(profiles, calls)
      const settled = new Map<string, Profile>()
      for (const [key, group] of [...news].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        settled.set(key, await settleRoute(deps, tx, group))
      }
      if (settled.size === 0) return
      onceSettled(tx, (committed) => {
        if (!committed) return
        if (profiles.size > mostKnown) profiles.clear()
        for (const [key, profile] of settled) profiles.set(key, profile)
      })
    },
    fingerprintOf(of) {
      const without = profiles.get(keyOf(of))?.volatile ?? noFacets
      const key = `${[...without].join()} ${Object.values(facetValues(of.configuration)).join(' ')}`
      const known = fingerprints.get(key)
      if (known !== undefined) return known
      if (fingerprints.size > mostKnown) fingerprints.clear()
      const made = deps.tracking.fingerprintOf(derivedConfiguration(of.configuration, without))
      fingerprints.set(key, made)
      return made
    },
  }
}

const noFacets: ReadonlySet<string> = new Set()

function keyOf({ caller, systemId, environment, route }: WatchedCall): string {
  return `${caller.principal.tenantId} ${systemId} ${environment} ${route}`
}

function memberOf(facet: string, value: string): string {
  return `${facet} ${value}`
}

/** Calls that show something that this process hasn't noted, one of a kind, by route. */
function newsAmong(profiles: ReadonlyMap<string, Profile>, calls: readonly WatchedCall[]): Map<string, WatchedCall[]> {
  const news = new Map<string, { calls: WatchedCall[]; shown: Set<string> }>()
  for (const it of calls) {
    const key = keyOf(it)
    const profile = profiles.get(key)
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

async function settleRoute(deps: Deps, tx: Transaction, calls: readonly WatchedCall[]): Promise<Profile> {
  const [first] = calls
  if (first === undefined) throw new Error('there is nothing to learn')
  const profile = await lockProfile(deps, tx, first)
  for (const it of calls) await settleCall(deps, tx, { profile, it })
  return profile
}

async function settleCall(
  deps: Deps,
  tx: Transaction,
  { profile, it }: { profile: Profile; it: WatchedCall },
): Promise<void> {
  const unknown = Object.entries(facetValues(it.configuration)).filter(
    ([facet, value]) => !profile.volatile.has(facet) && !profile.known.has(memberOf(facet, value)),
  ) as [Facet, string][]
  if (unknown.length === 0) return
  const varying = unknown.filter(([facet]) => countOf(profile, facet) >= deps.facetValues)
  for (const [facet] of varying) profile.volatile.add(facet)
  const fresh = unknown.filter(([facet]) => !profile.volatile.has(facet))
  const before = profile.latest
  const after = derivedConfiguration(it.configuration, profile.volatile)
  const learned = fresh.every(([facet]) => countOf(profile, facet) > 0) && profile.learningUntil <= new Date()
  const changeId =
    learned && fresh.length > 0 && !it.observed ? await openChange(deps, tx, { it, before, after, profile }) : null
  if (fresh.length > 0) profile.latest = after
  await keep(tx, { profile, it, fresh, changeId })
  if (changeId !== null) return
  const details = {
    environment: it.environment,
    route: it.route,
    learned: fresh.map(([facet]) => facet),
    varying: varying.map(([facet]) => facet),
  }
  await deps.audit(tx, it.caller.actor, { action: 'route_profile.learn', resource: `system/${it.systemId}`, details })
}

// Both without what varies, so that the difference is what is new.
function openChange(
  { tracking }: Deps,
  tx: Transaction,
  { it, before, after, profile }: { it: WatchedCall; before: Configuration; after: Configuration; profile: Profile },
): Promise<string> {
  const shown = (configuration: Configuration): Configuration => ({
    ...configuration,
    ...(profile.volatile.has('inference') ? { inference: {} } : {}),
    ...(profile.volatile.has('prompts') ? { prompts: [] } : {}),
    ...(profile.volatile.has('tools') ? { tools: [] } : {}),
  })
  return tracking.openDerivedChange(tx, it.caller, {
    systemId: it.systemId,
    environment: it.environment,
    before: shown(before),
    after: shown(after),
  })
}

function countOf({ known }: Profile, facet: string): number {
  let count = 0
  for (const member of known) if (member.startsWith(`${facet} `)) count += 1
  return count
}

async function lockProfile(deps: Deps, tx: Transaction, of: WatchedCall): Promise<Profile> {
  const { systemId: system_id, environment, route } = of
  const { tenantId: tenant_id } = of.caller.principal
  const place = { tenant_id, system_id, environment, route }
  await tx
    .insertInto('route_profile')
    .values({
      ...place,
      id: newId(),
      learning_until: new Date(Date.now() + deps.learningMs),
      latest: json(derivedConfiguration(of.configuration, noFacets)),
      volatile_facets: [],
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await tx
    .selectFrom('route_profile')
    .selectAll()
    .where((eb) => eb.and(place))
    .forUpdate()
    .executeTakeFirstOrThrow()
  const known = await tx
    .selectFrom('route_facet')
    .select(['facet', 'value'])
    .where('tenant_id', '=', tenant_id)
    .where('profile_id', '=', row.id)
    .execute()
  return {
    id: row.id,
    learningUntil: row.learning_until,
    known: new Set(known.map(({ facet, value }) => memberOf(facet, value))),
    volatile: new Set(row.volatile_facets),
    latest: row.latest,
  }
}

async function keep(
  tx: Transaction,
  {
    profile,
    it,
    fresh,
    changeId,
  }: { profile: Profile; it: WatchedCall; fresh: readonly [Facet, string][]; changeId: string | null },
): Promise<void> {
  const { tenantId: tenant_id } = it.caller.principal
  await tx
    .updateTable('route_profile')
    .set({ latest: json(profile.latest), volatile_facets: facets.filter((facet) => profile.volatile.has(facet)) })
    .where('tenant_id', '=', tenant_id)
    .where('id', '=', profile.id)
    .execute()
  if (fresh.length === 0) return
  await tx
    .insertInto('route_facet')
    .values(fresh.map(([facet, value]) => ({ tenant_id, profile_id: profile.id, facet, value, change_id: changeId })))
    .execute()
  for (const [facet, value] of fresh) profile.known.add(memberOf(facet, value))
}
