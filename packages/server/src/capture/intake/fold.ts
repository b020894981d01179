import { currentFingerprints } from '../../ace/index.ts'
import type { Transaction } from '../../platform/database.ts'
import type { IdentityWatch } from '../identity-watch/identity-watch.ts'
import type { WatchedCall } from '../identity-watch/watched-call.ts'
import { none, overflow } from '../limits.ts'
import type { DimensionKind, Dimensions } from '../dimensions.ts'
import type { ReadingGroup } from './reading-group.ts'
import { type Names, Windows } from './windows.ts'

/** Dependencies of folding readings into windows. */
export interface FoldDependencies {
  readonly dimensions: Dimensions
  readonly identityWatch: IdentityWatch
  /** Most windows of one transaction that tell configurations and routes apart. */
  readonly groupWindows: number
}

/** Names that groups are counted under, by the index of the group. */
type Column = readonly string[]

/** Watches what groups of readings show, and adds up their numbers by hours; what is kept of these hours isn't touched yet. */
export async function fold(
  deps: FoldDependencies,
  tx: Transaction,
  tenantId: string,
  groups: readonly ReadingGroup[],
): Promise<{ readonly windows: Windows; readonly shared: Shared }> {
  const windows = new Windows(deps.groupWindows)
  const shared = { systems: groups.filter((it) => it.systemShared), environments: [] as ReadingGroup[] }
  if (groups.length === 0) return { windows, shared }
  const current = await currentFingerprints(tx, tenantId, [...new Set(groups.map((it) => it.systemId))])
  const admit = (kind: DimensionKind, scopes: Column, values: Column): Promise<Column> =>
    admitAll(deps, tx, tenantId, { kind, scopes, values })
  const systems = groups.map(({ systemId }) => systemId)
  const environments = await admit(
    'environment',
    systems,
    groups.map(({ environment }) => environment),
  )
  const places = groups.map(({ systemId }, index) => `${systemId}/${environments[index] ?? none}`)
  const routes = await admit(
    'route',
    places,
    groups.map(({ route }) => route),
  )
  const observed = places.map((place) => current.get(place))
  const calls = groups.map((group, index) => watchedCall(group, index, { environments, routes, observed }))
  // Who shares a name with others isn't watched under it: one's model would be another's change.
  for (const [index, group] of groups.entries()) if (environments[index] === overflow) shared.environments.push(group)
  const isAlone = (index: number): boolean => groups[index]?.systemShared === false && environments[index] !== overflow
  const watched = calls.filter((_, index) => groups[index]?.isRest === false && isAlone(index)).filter(isThere)
  const derived = await deps.identityWatch.watch(tx, tenantId, watched)
  const own = groups.map(({ fingerprint }, index) => {
    const call = calls[index]
    return fingerprint ?? observed[index] ?? (call === undefined ? none : derived(call))
  })
  const fingerprints = await admit('fingerprint', places, own)
  for (const [index, group] of groups.entries()) {
    const shown: Names = {
      environment: environments[index] ?? none,
      fingerprint: fingerprints[index] ?? none,
      route: routes[index] ?? none,
    }
    windows.add(group, { shown, sharedBy: sharedBy(group, own[index] ?? none, shown) })
  }
  return { windows, shared }
}

/** Groups that count under a name that they share with others, beyond the limits. */
export interface Shared {
  readonly systems: readonly ReadingGroup[]
  readonly environments: readonly ReadingGroup[]
}

function watchedCall(
  group: ReadingGroup,
  index: number,
  {
    environments,
    routes,
    observed,
  }: { environments: Column; routes: Column; observed: readonly (string | undefined)[] },
): WatchedCall | undefined {
  const { configuration } = group
  if (configuration === undefined) return undefined
  return {
    systemId: group.systemId,
    environment: environments[index] ?? none,
    route: routes[index] ?? none,
    configuration,
    revision: group.revision,
    caller: group.caller,
    observed: observed[index] !== undefined,
    firstMs: group.firstMs,
    lastMs: group.lastMs,
  }
}

function isThere<T>(it: T | undefined): it is T {
  return it !== undefined
}

/** Names what shares a window with others; undefined where nothing does. */
function sharedBy(group: ReadingGroup, fingerprint: string, shown: Names): string | undefined {
  const shared = group.systemShared || Object.values(shown).includes(overflow)
  return shared ? `${group.system} ${group.environment} ${fingerprint} ${group.route}` : undefined
}

interface Admitting {
  readonly kind: DimensionKind
  readonly scopes: Column
  readonly values: Column
}

/** Admits the values of one kind, and tells under what each is to be counted. */
async function admitAll(
  { dimensions }: FoldDependencies,
  tx: Transaction,
  tenantId: string,
  { kind, scopes, values }: Admitting,
): Promise<Column> {
  const all = values.map((value, index) => ({ scope: scopes[index] ?? '', value }))
  const shown = await dimensions.admit(
    tx,
    tenantId,
    kind,
    all.filter(({ value }) => value !== none && value !== overflow),
  )
  return all.map((it) => (it.value === none || it.value === overflow ? it.value : shown(it)))
}
