export { type LoggedEvent, readLoggedEvents, readLogSize } from './logged-events.ts'
export { createTrail } from './trail.ts'
