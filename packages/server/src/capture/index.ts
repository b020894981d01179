export { createCapture } from './capture.ts'
export type { CaptureLimits } from './limits.ts'
export { type Figure, figureOf, readWindow } from './reads/figures.ts'
