export { readStreamLoad } from './stream-load.ts'
export { createStreams } from './streams.ts'
