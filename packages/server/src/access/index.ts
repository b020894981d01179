export { type AccessTokenKeys, issueAccessToken } from './access-token.ts'
export { type Access, createAccess } from './create-access.ts'
export { type Caller, callerOf, guardRoutes, inTenant, inTenantOnce } from './access.ts'
export { idleRefusal, isCrossOrigin } from './authenticate.ts'
export { createCredentialLookup, type CredentialLookup } from './credential-lookup.ts'
export { authorize, permissionsHeld, type Principal, refuseRoleBeyond, seesAddress } from './principal.ts'
export { providerIn, providerOfSession, selectProvider } from './provider-session.ts'
export { freshProofMs, refuseStaleProof } from './recent-proof.ts'
export {
  createRefusalTelling,
  type Refusal,
  refusedSession,
  type TellRefusal,
  tellRefusedCredential,
} from './refusals.ts'
export {
  credentialHasher,
  displayPrefix,
  type HashCredential,
  newApiKey,
  newCode,
  newRefreshHandle,
  newSignInTicket,
  normalizeCode,
} from './secret-tokens.ts'
export type { SessionCookies } from './session-cookies.ts'
