export { networkOf } from './client-network.ts'
export { type AdmitPrincipal, limitRequests, routeClass, type RequestRates } from './limit-requests.ts'
export { startSharedRates } from './rate-store.ts'
