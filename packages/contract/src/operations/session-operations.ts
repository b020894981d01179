import type { Me, Session, SessionState, TenantView } from '../identity.ts'
import type { SecondFactorChallenge } from '../credentials.ts'
import { at, ids } from './example-values.ts'
import type { Operations } from './operation.ts'

const tenant: TenantView = {
  id: ids.tenant,
  slug: 'main',
  name: 'Main',
  role: 'admin',
  sample: false,
  instance: false,
  suspended: false,
}
const me: Me = {
  accountId: ids.account,
  name: 'Ada',
  kind: 'person',
  role: 'admin',
  credential: 'bearer',
  permissions: ['me:read', 'system:read', 'change:write'],
  tenant,
  tenants: [tenant],
}
/** A session, its tokens cut short. */
export const session: Session = {
  accessToken: 'eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl',
  accessTokenExpiresAt: at.assessed,
  refreshHandle: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE',
  expiresAt: at.expires,
  tenant: 'main',
}
const state: SessionState = {
  endsAt: at.expires,
  idleEndsAt: at.assessed,
  proofFreshUntil: null,
  secondFactor: true,
  provider: null,
}
const challenge: SecondFactorChallenge = {
  ticket: 'c2Vjb25kLWZhY3Rvci10aWNrZXQ',
  methods: ['totp', 'recovery_code'],
  expiresAt: at.assessed,
}
/** An example of the answer of a browser’s `navigator.credentials.get()`. */
export const assertion = {
  id: 'ZXhhbXBsZS1wYXNza2V5',
  rawId: 'ZXhhbXBsZS1wYXNza2V5',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'YXV0aGVudGljYXRvcg', signature: 'c2lnbmF0dXJl' },
  clientExtensionResults: {},
}
/** Options of a ceremony with a passkey. */
export const passkeyOptions = {
  challenge: 'cmFuZG9tLWNoYWxsZW5nZQ',
  rpId: 'afterai.example.com',
  userVerification: 'required',
}

const password = 'a sentence that nobody guesses'
const browsers =
  'A browser that sends `afterai-session: cookie` gets the session in cookies alone, and no secret in the answer.'
const guesses = ['too_many_attempts'] as const

/** Descriptions of the operations of sessions, by route. */
export const sessionOperations: Operations = {
  'POST /v1/setup': {
    id: 'setUp',
    tag: 'Instance',
    summary: 'Set the instance up with the code that its first start printed',
    description: browsers,
    body: {
      code: 'K7QMZ-4TRXB-9WFHC-2NPDG',
      email: 'ada@example.com',
      name: 'Ada',
      password,
      tenant: { slug: 'main', name: 'Main' },
    },
    answer: session,
    problems: ['invalid_code', 'conflict', ...guesses],
  },
  'POST /v1/session': {
    id: 'signIn',
    tag: 'Session',
    summary: 'Sign in with a password',
    description: `Answers 202 where the account has a second factor: \`completeSignIn\` goes on. ${browsers}`,
    body: { email: 'ada@example.com', password, tenant: 'main' },
    answer: session,
    accepted: challenge,
    problems: ['invalid_credentials', 'single_sign_on_required', 'tenant_suspended', ...guesses],
  },
  'GET /v1/session': {
    id: 'getSession',
    tag: 'Session',
    summary: 'Read until when your session lasts',
    description: 'Asking is no use of the session: it doesn’t put off the end of a session that nobody uses.',
    answer: state,
  },
  'GET /v1/events': {
    id: 'streamEvents',
    tag: 'Session',
    summary: 'Follow what is changed in your tenant, as it happens',
    description:
      'Server-sent events: which things were changed, by kind and id, to those who may read that kind. It goes on until you leave. `Last-Event-ID` goes on after that event; `reset` says that something may have been missed, `end` that your session is over.',
    answers: {
      'text/event-stream': `id: ${ids.event}\nevent: change\ndata: {"id":"${ids.change}","changeId":"${ids.change}"}\n\n`,
    },
    problems: ['too_many_requests', 'database_unavailable'],
  },
  'DELETE /v1/session': { id: 'signOut', tag: 'Session', summary: 'Sign out' },
  'POST /v1/session/refresh': {
    id: 'refreshSession',
    tag: 'Session',
    summary: 'Renew the access token',
    description:
      'The refresh handle is spent: the answer holds the next one, and using one twice ends the session. Browsers send their cookie instead, and get the next one in a cookie alone.',
    body: { refreshHandle: session.refreshHandle },
    answer: session,
    problems: ['unauthenticated', 'session_revoked', 'tenant_suspended', 'cross_origin'],
  },
  'POST /v1/invitations/accept': {
    id: 'acceptInvitation',
    tag: 'Members',
    summary: 'Accept an invitation',
    description: `Who has an account already proves it with its password, and its second factor where there is one. ${browsers}`,
    body: { code: 'K7QMZ-4TRXB-9WFHC-2NPDG', name: 'Bo', password },
    answer: session,
    accepted: challenge,
    problems: ['invalid_code', 'invalid_credentials', 'conflict', 'single_sign_on_required', ...guesses],
  },
  'POST /v1/session/switch': {
    id: 'switchTenant',
    tag: 'Session',
    summary: 'Go on in another of your tenants',
    description: 'Whoever came with a cookie, or asks for it, gets the session in cookies alone.',
    body: { tenant: 'main' },
    answer: session,
    problems: ['not_found', 'single_sign_on_required'],
  },
  'GET /v1/me': { id: 'getMe', tag: 'Session', summary: 'Read who you are and what you may do', answer: me },
  'POST /v1/session/second-factor': {
    id: 'completeSignIn',
    tag: 'Session',
    summary: 'Complete a sign-in with a second factor',
    description: browsers,
    body: { ticket: challenge.ticket, proof: { method: 'totp', code: '492039' } },
    answer: session,
    problems: ['invalid_second_factor', 'sign_in_expired', 'too_many_codes', 'single_sign_on_required', ...guesses],
  },
  'POST /v1/session/second-factor/passkey-options': {
    id: 'getSecondFactorPasskeyOptions',
    tag: 'Session',
    summary: 'Begin to complete a sign-in with a passkey',
    body: { ticket: challenge.ticket },
    answer: passkeyOptions,
    problems: ['sign_in_expired'],
  },
  'POST /v1/session/passkey-options': {
    id: 'getSignInPasskeyOptions',
    tag: 'Session',
    summary: 'Begin to sign in with a passkey',
    body: {},
    answer: passkeyOptions,
  },
  'POST /v1/session/passkey': {
    id: 'signInWithPasskey',
    tag: 'Session',
    summary: 'Sign in with a passkey',
    description: browsers,
    body: { assertion, tenant: 'main' },
    answer: session,
    problems: [
      'invalid_second_factor',
      'invalid_credentials',
      'single_sign_on_required',
      'tenant_suspended',
      ...guesses,
    ],
  },
  'POST /v1/session/step-up/passkey-options': {
    id: 'getStepUpPasskeyOptions',
    tag: 'Session',
    summary: 'Begin to show with a passkey that it is still you',
    body: {},
    answer: passkeyOptions,
  },
  'POST /v1/session/step-up': {
    id: 'stepUp',
    tag: 'Session',
    summary: 'Show again that it is you',
    description:
      'Sensitive operations need it within the last ten minutes; a sign-in counts too. The session is replaced by the one in the answer, which whoever came with a cookie gets in cookies alone.',
    body: { method: 'totp', code: '492039' },
    answer: session,
    problems: ['invalid_credentials', 'invalid_second_factor', 'too_many_codes', ...guesses],
  },
}
