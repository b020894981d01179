export { JsonRefused, parseBoundedJson } from './bounded-json.ts'
export { boundReading, limitConnections } from './connections.ts'
export { shedLoad } from './load.ts'
export { refusePlainHttp } from './over-tls.ts'
