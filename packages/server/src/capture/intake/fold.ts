import type { Transaction } from '../../platform/database.ts'
import type { ChangeTracking } from '../change-tracking.ts'
import type { RouteProfiles, WatchedCall } from '../identity-watch/route-profiles.ts'
import type { ServedModels } from '../identity-watch/served-models.ts'
import { none } from '../limits.ts'
import type { Dimensions } from './dimensions.ts'
import type { ReadingGroup } from './reading-group.ts'
import { Windows } from './windows.ts'

/** What folding needs. */
export interface FoldDependencies {
  readonly tracking: ChangeTracking
  readonly dimensions: Dimensions
  readonly served: ServedModels
  readonly profiles: RouteProfiles
}

/** Watches what groups of readings show, and adds up their numbers by hours; what is kept of these hours isn't touched yet. */
export async function fold(
  deps: FoldDependencies,
  tx: Transaction,
  tenantId: string,
  groups: readonly ReadingGroup[],
): Promise<Windows> {
  const windows = new Windows()
  if (groups.length === 0) return windows
  const current = await deps.tracking.currentFingerprints(tx, tenantId, [...new Set(groups.map((it) => it.systemId))])
  const routes = await admitAll(deps, tx, tenantId, { kind: 'route', groups, valueOf: ({ route }) => route })
  const watched = new Map<ReadingGroup, WatchedCall>()
  for (const group of groups) {
    const { configuration } = group
    if (configuration === undefined) continue
    watched.set(group, { ...group, configuration, route: routes(group), observed: current.has(environmentOf(group)) })
  }
  const calls = [...watched.values()]
  await deps.served.watch(tx, calls)
  await deps.profiles.watch(tx, calls)
  const fingerprintOf = (group: ReadingGroup): string => {
    const call = watched.get(group)
    const observed = current.get(environmentOf(group))
    return group.fingerprint ?? observed ?? (call === undefined ? none : deps.profiles.fingerprintOf(call))
  }
  const fingerprints = await admitAll(deps, tx, tenantId, { kind: 'fingerprint', groups, valueOf: fingerprintOf })
  for (const group of groups) {
    const shown = { fingerprint: fingerprints(group), route: routes(group) }
    const own = { fingerprint: fingerprintOf(group), route: group.route }
    windows.add(group, own, shown)
  }
  return windows
}

function environmentOf({ systemId, environment }: ReadingGroup): string {
  return `${systemId}/${environment}`
}

interface Admitting {
  readonly kind: 'fingerprint' | 'route'
  readonly groups: readonly ReadingGroup[]
  readonly valueOf: (group: ReadingGroup) => string
}

/** Admits the values of one kind, environment by environment in one order for all. */
async function admitAll(
  { dimensions }: FoldDependencies,
  tx: Transaction,
  tenantId: string,
  { kind, groups, valueOf }: Admitting,
): Promise<(group: ReadingGroup) => string> {
  const scopes = new Map<string, Set<string>>()
  for (const group of groups) {
    const scope = environmentOf(group)
    const values = scopes.get(scope) ?? new Set<string>()
    scopes.set(scope, values)
    const value = valueOf(group)
    if (value !== none) values.add(value)
  }
  const admitted = new Map<string, (value: string) => string>()
  for (const [scope, values] of [...scopes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    admitted.set(scope, await dimensions.admit(tx, tenantId, { kind, scope, values }))
  }
  return (group) => {
    const value = valueOf(group)
    return value === none ? none : (admitted.get(environmentOf(group))?.(value) ?? none)
  }
}
