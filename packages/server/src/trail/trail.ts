import type { Feature } from '../platform/feature.ts'
import { type TrailDependencies, trailRoutes } from './trail-routes.ts'

/** Creates the audit trail as its readers see it. */
export function createTrail(deps: TrailDependencies): Feature {
  return { routes: (http) => trailRoutes(http, deps) }
}
