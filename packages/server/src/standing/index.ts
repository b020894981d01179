export { createStanding } from './standing.ts'
export type { Worse } from './watch.ts'
