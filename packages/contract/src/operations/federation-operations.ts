import type { IdentityProviderView } from '../federation.ts'
import { at, ids, pageOf } from './example-values.ts'
import type { Operations } from './operation.ts'
import { session } from './session-operations.ts'

const provider: IdentityProviderView = {
  id: ids.provider,
  name: 'Example Corp',
  issuer: 'https://id.example.com',
  clientId: 'afterai',
  scopes: ['openid', 'email', 'profile'],
  groupsClaim: 'groups',
  roleMapping: [{ group: 'ai-platform', role: 'member' }],
  defaultRole: null,
  allowedDomains: ['example.com'],
  createsMembers: true,
  enforced: false,
  redirectUri: 'https://afterai.example.com/v1/oidc/callback',
  createdAt: at.opened,
  updatedAt: at.opened,
}
const byId = { id: ids.provider }
const byAccount = { accountId: ids.account }
const breakGlass = { accountId: ids.account, name: 'Ada', email: 'ada@example.com' }
const discovery = ['unusable_provider', 'provider_unavailable'] as const

/** Descriptions of the operations of single sign-on, by route. */
export const federationOperations: Operations = {
  'GET /v1/identity-providers': {
    id: 'listIdentityProviders',
    tag: 'Single sign-on',
    summary: 'List identity providers',
    answer: pageOf(provider),
  },
  'POST /v1/identity-providers': {
    id: 'createIdentityProvider',
    tag: 'Single sign-on',
    summary: 'Add an identity provider (OpenID Connect)',
    description:
      'The server asks the provider for its description before it keeps anything. The client secret is never shown again.',
    body: {
      name: 'Example Corp',
      issuer: 'https://id.example.com',
      clientId: 'afterai',
      clientSecret: 'the secret that the provider gave',
      roleMapping: [{ group: 'ai-platform', role: 'member' }],
      allowedDomains: ['example.com'],
    },
    answer: provider,
    problems: ['conflict', ...discovery],
  },
  'GET /v1/identity-providers/{id}': {
    id: 'getIdentityProvider',
    tag: 'Single sign-on',
    summary: 'Read an identity provider',
    parameters: byId,
    answer: provider,
  },
  'PUT /v1/identity-providers/{id}': {
    id: 'updateIdentityProvider',
    tag: 'Single sign-on',
    summary: 'Change an identity provider',
    description: 'What is left out stays. `enforced` makes it the only way to sign in, but for break-glass accounts.',
    parameters: byId,
    body: { enforced: true },
    answer: { ...provider, enforced: true },
    problems: ['conflict', 'invalid_transition', ...discovery],
  },
  'DELETE /v1/identity-providers/{id}': {
    id: 'removeIdentityProvider',
    tag: 'Single sign-on',
    summary: 'Remove an identity provider',
    parameters: byId,
    problems: ['invalid_transition'],
  },
  'POST /v1/identity-providers/{id}/test': {
    id: 'testIdentityProvider',
    tag: 'Single sign-on',
    summary: 'Ask an identity provider for its description',
    parameters: byId,
    body: {},
    answer: {
      issuer: 'https://id.example.com',
      authorizationEndpoint: 'https://id.example.com/authorize',
      signingAlgorithms: ['RS256', 'ES256'],
      namesIssuer: true,
      signsOut: true,
    },
    problems: [...discovery],
  },
  'GET /v1/identity-providers/{id}/identities': {
    id: 'listFederatedIdentities',
    tag: 'Single sign-on',
    summary: 'List who the subjects of a provider are here',
    parameters: byId,
    answer: pageOf({
      subject: '00u1a2b3c4',
      accountId: ids.approver,
      linkedBy: 'verified_email',
      createdAt: at.opened,
      signedInAt: at.sealed,
    }),
  },
  'POST /v1/identity-providers/{id}/identities': {
    id: 'linkFederatedIdentity',
    tag: 'Single sign-on',
    summary: 'Say who a subject of a provider is here',
    parameters: byId,
    body: { subject: '00u1a2b3c4', accountId: ids.approver },
    problems: ['conflict'],
  },
  'GET /v1/break-glass-accounts': {
    id: 'listBreakGlassAccounts',
    tag: 'Single sign-on',
    summary: 'List the admins who may sign in without the provider',
    answer: pageOf(breakGlass),
  },
  'PUT /v1/break-glass-accounts/{accountId}': {
    id: 'grantBreakGlass',
    tag: 'Single sign-on',
    summary: 'Let an admin sign in without the provider',
    parameters: byAccount,
    body: {},
    answer: breakGlass,
    problems: ['invalid_transition'],
  },
  'DELETE /v1/break-glass-accounts/{accountId}': {
    id: 'revokeBreakGlass',
    tag: 'Single sign-on',
    summary: 'Let an admin no longer sign in without the provider',
    parameters: byAccount,
    body: {},
    answer: breakGlass,
    problems: ['invalid_transition'],
  },
  'GET /v1/sign-in-options': {
    id: 'getSignInOptions',
    tag: 'Session',
    summary: 'Read how the people of a tenant sign in',
    parameters: { tenant: 'main' },
    answer: {
      password: true,
      providers: [{ id: ids.provider, name: 'Example Corp', startPath: `/v1/oidc/${ids.provider}/start` }],
    },
  },
  'GET /v1/session/provider-sign-out': {
    id: 'getProviderSignOut',
    tag: 'Session',
    summary: 'Read where a browser signs out of its identity provider',
    answer: { location: 'https://id.example.com/logout' },
  },
  'GET /v1/oidc/{providerId}/start': {
    id: 'startSignOn',
    tag: 'Single sign-on',
    summary: 'Send a browser to an identity provider',
    parameters: { providerId: ids.provider, returnTo: '/', device: 'BCDFGHJK' },
    redirects: true,
    problems: ['provider_unavailable', 'unusable_provider', 'sign_in_failed'],
  },
  'GET /v1/oidc/callback': {
    id: 'finishSignOn',
    tag: 'Single sign-on',
    summary: 'Take a browser back from an identity provider',
    description:
      'The provider sends browsers here, with `code`, `state` and what else it adds. Where a command line waits to be signed in, the answer is a page that asks; else the browser is sent on.',
    redirects: true,
    answers: { 'text/html': undefined },
    problems: ['sign_in_failed', 'not_let_in', 'invalid_code', 'conflict', 'provider_unavailable', 'tenant_suspended'],
  },
}

/** Descriptions of the operations of device sign-in, by route. */
export const deviceOperations: Operations = {
  'POST /v1/device-authorizations': {
    id: 'requestDeviceSignIn',
    tag: 'Device sign-in',
    summary: 'Begin to sign a command line in',
    body: { clientLabel: 'afterai on build-host', tenant: 'main' },
    answer: {
      deviceCode: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE',
      userCode: 'BCDF-GHJK',
      verificationUri: 'https://afterai.example.com/device',
      expiresInSeconds: 600,
      intervalSeconds: 5,
    },
  },
  'POST /v1/device-authorizations/token': {
    id: 'pollDeviceSignIn',
    tag: 'Device sign-in',
    summary: 'Ask whether a command line is signed in',
    body: { deviceCode: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE' },
    answer: session,
    problems: ['authorization_pending', 'slow_down', 'expired_token', 'access_denied', 'tenant_suspended'],
  },
  'POST /v1/device-authorizations/lookup': {
    id: 'lookUpDevice',
    tag: 'Device sign-in',
    summary: 'Read who asks, before approving',
    body: { userCode: 'BCDF-GHJK' },
    answer: {
      clientLabel: 'afterai on build-host',
      address: '192.0.2.17',
      requestedAt: at.opened,
      expiresAt: at.assessed,
    },
    problems: ['invalid_code'],
  },
  'POST /v1/device-authorizations/decision': {
    id: 'decideDevice',
    tag: 'Device sign-in',
    summary: 'Approve or deny a command line',
    body: { userCode: 'BCDF-GHJK', verdict: 'approve' },
    answer: { verdict: 'approve', clientLabel: 'afterai on build-host' },
    problems: ['invalid_code'],
  },
}
