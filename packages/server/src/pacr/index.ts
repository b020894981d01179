export { decisionRoutes, type PacrDependencies, recordRoutes } from './pacr-routes.ts'
export { createSealRecord } from './sealing.ts'
