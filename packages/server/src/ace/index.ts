export { changeRoutes, systemRoutes } from './ace-routes.ts'
export { readChange } from './change-service.ts'
export { digestOf } from './configuration.ts'
export { findSystem } from './system-service.ts'
