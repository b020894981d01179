import type { Feature } from '../platform/feature.ts'
import {
  changeRowRoutes,
  inboxRoutes,
  searchRoutes,
  systemRowRoutes,
  type WorklistDependencies,
} from './worklist-routes.ts'

/** Creates what people work through: changes in rows, and what waits for whom. */
export function createWorklist(deps: WorklistDependencies): Feature {
  return {
    routes(http) {
      changeRowRoutes(http, deps)
      inboxRoutes(http, deps)
      systemRowRoutes(http, deps)
      searchRoutes(http, deps)
    },
  }
}
