import type { Feature } from '../platform/feature.ts'
import { type CaptureDependencies, createCaptureDoors } from './capture-doors.ts'
import { type CaptureLimits, captureLimits } from './limits.ts'
import { otlpRoutes } from './otlp-routes.ts'
import { telemetryReadRoutes, telemetryRoutes } from './telemetry-routes.ts'

/** Creates the doors of telemetry, and what it tells. `limits` are those that differ from the usual ones. */
export function createCapture(
  deps: Omit<CaptureDependencies, 'limits'> & { readonly limits: Partial<CaptureLimits> | undefined },
): Feature {
  const doors = createCaptureDoors({ ...deps, limits: { ...captureLimits, ...deps.limits } })
  return {
    async routes(http) {
      await telemetryRoutes(http, doors)
      await otlpRoutes(http, doors)
      telemetryReadRoutes(http, deps)
    },
  }
}
