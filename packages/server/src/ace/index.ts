export { createAce } from './ace.ts'
export {
  type AuthoredChange,
  changeIn,
  changeViewIn,
  holdChange,
  readChange,
  readChangeDigests,
  selectChange,
  viewChange,
} from './change-service.ts'
export { withDuplicates } from './duplicates.ts'
export { changeTypesOf, configurationDelta } from './configuration.ts'
export { type DerivedChange, derivedChangesSince, openDerivedChange, openFurtherChanges } from './derived-changes.ts'
export { endChanges, type Ending } from './ended-change.ts'
export { currentFingerprints, lockSystems } from './observations/environments.ts'
export { observationAudits, observe } from './observations/observe.ts'
export { determinationsIn, selectDeterminations } from './determinations.ts'
export { type CitedCard, citedCard, selectCard } from './system-cards.ts'
export { recordChangeOnce } from './recorded-change.ts'
export { assumeProduction, createSystem, findSystem, findSystemIds } from './system-service.ts'
