import type { Audit } from '../audit/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { envelopeRoutes, lifeRoutes, standingRoutes } from './standing-routes.ts'
import { watchingStandings, type WatchDependencies } from './watch.ts'

/** Creates what holds records against what runs: standings, history, the gate, and how the life of a change ends. */
export function createStanding(deps: {
  readonly db: Database
  readonly audit: Audit
  readonly ledger: Pick<Ledger, 'recordSigner' | 'originOf'>
  readonly configuration: Pick<Configuration, 'stepUpForApproval'>
  readonly tell: WatchDependencies['tell']
}): Feature {
  const { db, audit, ledger, configuration, tell } = deps
  const { recordSigner: signer, originOf } = ledger
  return {
    routes(http) {
      const routed = { db, audit, signer, originOf, stepUp: configuration.stepUpForApproval === 'on' }
      standingRoutes(http, routed)
      envelopeRoutes(http, routed)
      lifeRoutes(http, { db, audit })
    },
    jobs: [watchingStandings({ db, audit, tell })],
  }
}
