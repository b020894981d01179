export { type LoggedEvent, readLoggedEvents, readLogSize } from './logged-events.ts'
export { trailRoutes } from './trail-routes.ts'
