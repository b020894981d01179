export { decisionRoutes, recordRoutes } from './pacr-routes.ts'
export { createSealRecord } from './sealing.ts'
