import type { Audit } from '../../audit/index.ts'
import type { TenantKeys } from '../../keys/index.ts'
import type { Database } from '../../platform/database.ts'
import type { Feature } from '../../platform/feature.ts'
import type { Logger } from '../../platform/log.ts'
import type { OutboundPolicy } from '../../platform/outbound-addresses.ts'
import { streamRoutes } from './stream-routes.ts'
import { sendingStreams } from './stream-sender.ts'

/** Creates the streams of audit events to where tenants want them. */
export function createStreams(deps: {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly policy: OutboundPolicy
  readonly log: Logger
}): Feature {
  return {
    routes: (http) => streamRoutes(http, deps),
    jobs: [sendingStreams(deps)],
  }
}
