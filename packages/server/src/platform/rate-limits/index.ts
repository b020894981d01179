export { networkOf } from './client-network.ts'
export { type AdmitPrincipal, limitRequests, ratesOf, routeClass } from './limit-requests.ts'
export { createRates } from './rate-store.ts'
