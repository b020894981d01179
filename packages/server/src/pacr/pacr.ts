import type { Audit } from '../audit/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { decisionRoutes, recordRoutes } from './pacr-routes.ts'
import { createSealRecord } from './sealing.ts'

/** Creates decisions, their approvals, and the records that they are sealed into. */
export function createPacr(deps: {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly ledger: Pick<Ledger, 'append' | 'waiting' | 'keyHints'>
  readonly configuration: Pick<Configuration, 'stepUpForApproval'>
}): Feature {
  const { db, audit, keys, ledger, configuration } = deps
  const { append, waiting, keyHints } = ledger
  const pacr = { db, audit, keys, waiting, keyHints, sealRecord: createSealRecord({ audit, append, keys }) }
  return {
    routes(http) {
      decisionRoutes(http, { ...pacr, stepUpForApproval: configuration.stepUpForApproval === 'on' })
      recordRoutes(http, pacr)
    },
  }
}
