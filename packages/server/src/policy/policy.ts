import type { Audit } from '../audit/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { policyRoutes } from './policy-routes.ts'

/** Creates the rules by which changes are decided. */
export function createPolicies({
  db,
  audit,
  configuration,
}: {
  readonly db: Database
  readonly audit: Audit
  readonly configuration: Pick<Configuration, 'stepUpForApproval'>
}): Feature {
  return {
    routes: (http) => policyRoutes(http, { db, audit, stepUp: configuration.stepUpForApproval === 'on' }),
  }
}
