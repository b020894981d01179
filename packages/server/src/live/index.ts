export { createLive, type Live, type LiveLimits } from './live.ts'
