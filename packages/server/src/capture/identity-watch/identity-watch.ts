import type { Audit } from '../../audit/index.ts'
import { holdLock, type Transaction } from '../../platform/database.ts'
import type { Dimensions } from '../dimensions.ts'
import type { CaptureLimits } from '../limits.ts'
import { createChangeBudget } from './change-budget.ts'
import { Lessons } from './lessons.ts'
import { createRouteProfiles } from './route-profiles.ts'
import { createServedModels } from './served-models.ts'
import type { WatchedCall } from './watched-call.ts'

/** Watches what telemetry shows of models and settings (ADR 0018, 0025). */
export interface IdentityWatch {
  /**
   * Learns what calls show, and opens an ACE for what is new.
   * @returns the fingerprint of a call's configuration, of which what varies by request is left out
   */
  watch(tx: Transaction, tenantId: string, calls: readonly WatchedCall[]): Promise<(call: WatchedCall) => string>
}

/** Dependencies of the identity watch. */
export interface WatchDependencies {
  readonly audit: Audit
  readonly dimensions: Dimensions
  readonly limits: Pick<
    CaptureLimits,
    'learningMs' | 'facetValues' | 'servedIdentities' | 'changesPerHour' | 'groupNews'
  >
}

/** Makes the identity watch of a process. What it has noted costs no query when it comes again. */
export function createIdentityWatch(deps: WatchDependencies): IdentityWatch {
  const { audit, limits } = deps
  const served = createServedModels(deps)
  const profiles = createRouteProfiles(deps)
  return {
    async watch(tx, tenantId, calls) {
      const models = served.newsAmong(tenantId, calls)
      const settings = profiles.newsAmong(tenantId, calls)
      if (models.length === 0 && settings.size === 0) return profiles.fingerprints(tenantId, new Map())
      // Whoever comes second waits here, and then finds what the first has noted.
      await holdLock(tx, `telemetry ${tenantId} watch`)
      const lessons = new Lessons()
      const learning = {
        tx,
        tenantId,
        lessons,
        changes: createChangeBudget(tx, tenantId, audit, limits.changesPerHour),
      }
      await served.settle(learning, models)
      const settled = await profiles.settle(learning, settings)
      await lessons.write(audit, tx)
      return profiles.fingerprints(tenantId, settled)
    },
  }
}
