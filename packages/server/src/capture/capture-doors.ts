import type { Audit } from '../audit/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Database } from '../platform/database.ts'
import { limiter } from '../platform/limiter.ts'
import type { Logger } from '../platform/log.ts'
import { createIdentityWatch } from './identity-watch/identity-watch.ts'
import { createAssumedProduction } from './intake/assumed-production.ts'
import { type Admission, createAdmission } from './intake/admission.ts'
import { type Committer, createCommitter } from './intake/committer.ts'
import { createDigestKeys } from './intake/digest-keys.ts'
import { createDimensions } from './dimensions.ts'
import { takeGroup } from './intake/group-transaction.ts'
import { createSystems } from './intake/systems.ts'
import type { CaptureLimits } from './limits.ts'
import { createEnclosingRequests } from './nesting/enclosing-requests.ts'
import type { DigestKey } from './gate/gate.ts'

/** Dependencies of the doors for telemetry. */
export interface CaptureDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly log: Logger
  readonly limits: CaptureLimits
}

/** Parts that all doors for telemetry share. */
export interface CaptureDoors {
  readonly limits: CaptureLimits
  readonly admission: Admission
  readonly committer: Committer
  readonly digestKeyOf: (tenantId: string) => Promise<DigestKey>
  /** Bounds how many bodies are unpacked and read at the same moment: each may grow to its limit. */
  readonly reading: <T>(work: () => Promise<T>) => Promise<T>
}

/** Wires what stands behind the doors. */
export function createCaptureDoors(deps: CaptureDependencies): CaptureDoors {
  const { db, audit, keys, log, limits } = deps
  const systems = createSystems(audit, limits.systems)
  const assumedProduction = createAssumedProduction()
  const dimensions = createDimensions({
    bounds: {
      environment: limits.environments,
      fingerprint: limits.fingerprints,
      route: limits.routes,
      served_model: limits.servedModels,
    },
    groupNews: limits.groupNews,
  })
  const identityWatch = createIdentityWatch({ audit, dimensions, limits })
  const { series, groupWindows } = limits
  const enclosing = createEnclosingRequests(limits)
  const group = { series, groupWindows, audit, systems, assumedProduction, dimensions, identityWatch, enclosing }
  return {
    limits,
    admission: createAdmission({ requests: limits.requests, bytes: limits.bytesAtOnce }),
    digestKeyOf: createDigestKeys(db, keys),
    reading: limiter({
      running: limits.reading,
      waiting: limits.requests,
      retryAfterSeconds: 2,
      busy: 'too much telemetry is being read',
    }),
    committer: createCommitter({
      db,
      log,
      limits,
      takeGroup: (tx, tenantId, batches) => takeGroup(group, tx, tenantId, batches),
      forget(tenantId) {
        systems.forget(tenantId)
        assumedProduction.forget(tenantId)
        dimensions.forget(tenantId)
        enclosing.forget(tenantId)
      },
    }),
  }
}
