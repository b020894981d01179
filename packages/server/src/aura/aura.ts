import type { Audit } from '../audit/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { assessmentRoutes, evaluationRoutes } from './aura-routes.ts'
import { planRoutes } from './plans/plan-routes.ts'

const mebibyte = 1024 * 1024

/** Creates evaluations, and what two of them say of a change. */
export function createAura(deps: {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly configuration: Pick<Configuration, 'importMaxMib'>
}): Feature {
  const aura = { ...deps, importMaxBytes: deps.configuration.importMaxMib * mebibyte }
  return {
    async routes(http) {
      await evaluationRoutes(http, aura)
      planRoutes(http, aura)
      assessmentRoutes(http, aura)
    },
  }
}
