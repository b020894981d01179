export { sampleRoutes } from './sample-routes.ts'
export { samplePeople, seedSample } from './sample-workspace.ts'
