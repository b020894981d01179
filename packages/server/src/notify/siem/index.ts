export { readStreamLoad } from './stream-load.ts'
export { streamRoutes } from './stream-routes.ts'
export { startStreamSender, type StreamSender } from './stream-sender.ts'
