export { changeRoutes, systemRoutes } from './ace-routes.ts'
export { type AuthoredChange, changeIn, readChange, readChangeDigests, selectChange } from './change-service.ts'
export { digestOf, fingerprintOf } from './configuration.ts'
export {
  type DerivedChange,
  derivedChangesSince,
  openDerivedChange,
  openFurtherChanges,
} from './derived-changes.ts'
export { currentFingerprints } from './environments.ts'
export { observe } from './observation-service.ts'
export { recordChangeOnce } from './recorded-change.ts'
export { assumeProduction, createSystem, findSystem, findSystemIds } from './system-service.ts'
