import type { Audit } from '../audit/index.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { sampleRoutes } from './sample-routes.ts'

/** Creates the way to be rid of the sample workspace. */
export function createSample(deps: { readonly db: Database; readonly audit: Audit }): Feature {
  return { routes: (http) => sampleRoutes(http, deps) }
}
