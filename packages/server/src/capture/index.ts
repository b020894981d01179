export { createCapture } from './capture.ts'
export type { CaptureLimits } from './limits.ts'
