export { createAce } from './ace.ts'
export {
  type AuthoredChange,
  changeIn,
  holdChange,
  readChange,
  readChangeDigests,
  selectChange,
} from './change-service.ts'
export { changeTypesOf, configurationDelta } from './configuration.ts'
export { type DerivedChange, derivedChangesSince, openDerivedChange, openFurtherChanges } from './derived-changes.ts'
export { endChanges, type Ending } from './ended-change.ts'
export { currentFingerprints } from './observations/environments.ts'
export { observationAudits, observe } from './observations/observe.ts'
export { recordChangeOnce } from './recorded-change.ts'
export { assumeProduction, createSystem, findSystem, findSystemIds } from './system-service.ts'
