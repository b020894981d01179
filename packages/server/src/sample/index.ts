export { createSample } from './sample.ts'
export { foundSample } from './sample-tenant.ts'
export type { SampleServer } from './sample-client.ts'
export { type SamplePeople, seedSample } from './sample-workspace.ts'
