import type { Feature } from '../platform/feature.ts'
import { cardRoutes } from './card-routes.ts'
import { type AceDependencies, changeRoutes, systemRoutes } from './ace-routes.ts'

/** Creates what is known of systems: what they run with, and how it changes. */
export function createAce(deps: AceDependencies): Feature {
  return {
    routes(http) {
      systemRoutes(http, deps)
      cardRoutes(http, deps)
      changeRoutes(http, deps)
    },
  }
}
