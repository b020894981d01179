export { createCaptureDoors } from './capture-doors.ts'
export { type CaptureLimits, captureLimits } from './limits.ts'
export { otlpRoutes } from './otlp-routes.ts'
export { telemetryReadRoutes, telemetryRoutes } from './telemetry-routes.ts'
