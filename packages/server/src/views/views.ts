import type { Audit } from '../audit/index.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import { viewRoutes } from './view-routes.ts'

/** Creates what members keep of their pages: how they look, and views. */
export function createViews(deps: { readonly db: Database; readonly audit: Audit }): Feature {
  return { routes: (http) => viewRoutes(http, deps) }
}
