export { sampleRoutes } from './sample-routes.ts'
export { samplePeople, type SamplePerson, seedSample } from './sample-workspace.ts'
