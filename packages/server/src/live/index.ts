export { createLive, type LiveLimits } from './live.ts'
