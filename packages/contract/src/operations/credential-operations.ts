import { at, ids, pageOf } from './example-values.ts'
import type { Operations } from './operation.ts'
import { passkeyOptions } from './session-operations.ts'

const passkey = {
  id: ids.passkey,
  name: 'Laptop',
  synced: true,
  createdAt: at.opened,
  lastUsedAt: null,
}
const recoveryCodes = ['8F4K2-QX7MN', 'R3T9W-HC5DP']
const session = {
  id: ids.session,
  tenant: 'main',
  current: true,
  createdAt: at.opened,
  usedAt: at.assessed,
  expiresAt: at.expires,
  authenticatedAt: at.opened,
  methods: ['pwd', 'otp'],
  address: '192.0.2.17',
  device: 'Firefox on Linux',
}
const byId = { id: ids.passkey }
const ofMember = { accountId: ids.approver }

/** Descriptions of the operations of a person’s own credentials, by route. */
export const credentialOperations: Operations = {
  'GET /v1/factors': {
    id: 'listFactors',
    tag: 'Credentials',
    summary: 'List what you sign in with',
    answer: { password: true, totp: { confirmedAt: at.opened }, recoveryCodesLeft: 8, passkeys: [passkey] },
  },
  'PUT /v1/password': {
    id: 'changePassword',
    tag: 'Credentials',
    summary: 'Change your password',
    description: 'Your other sessions end.',
    body: {
      currentPassword: 'a sentence that nobody guesses',
      newPassword: 'another sentence that nobody guesses',
      endApiKeys: false,
    },
    problems: ['invalid_credentials', 'step_up_required', 'invalid_transition', 'too_many_attempts'],
  },
  'POST /v1/factors/totp': {
    id: 'addAuthenticator',
    tag: 'Credentials',
    summary: 'Begin to add an authenticator app',
    body: {},
    answer: {
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/AfterAI:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=AfterAI',
    },
    problems: ['conflict'],
  },
  'POST /v1/factors/totp/confirm': {
    id: 'confirmAuthenticator',
    tag: 'Credentials',
    summary: 'Confirm the authenticator app with a code of it',
    description: 'The recovery codes are shown in this answer and never again.',
    body: { code: '492039' },
    answer: { recoveryCodes },
    problems: ['invalid_second_factor', 'invalid_transition', 'too_many_codes'],
  },
  'DELETE /v1/factors/totp': {
    id: 'removeAuthenticator',
    tag: 'Credentials',
    summary: 'Remove the authenticator app',
    problems: ['not_found', 'invalid_transition'],
  },
  'POST /v1/factors/recovery-codes': {
    id: 'renewRecoveryCodes',
    tag: 'Credentials',
    summary: 'Replace the recovery codes',
    description: 'They are shown in this answer and never again.',
    body: {},
    answer: { recoveryCodes },
    problems: ['invalid_transition'],
  },
  'POST /v1/passkeys/options': {
    id: 'getPasskeyOptions',
    tag: 'Credentials',
    summary: 'Begin to add a passkey',
    body: {},
    answer: passkeyOptions,
  },
  'POST /v1/passkeys': {
    id: 'addPasskey',
    tag: 'Credentials',
    summary: 'Add a passkey',
    description: 'The first second factor of an account brings recovery codes, shown in this answer and never again.',
    body: {
      name: 'Laptop',
      attestation: {
        id: 'ZXhhbXBsZS1wYXNza2V5',
        rawId: 'ZXhhbXBsZS1wYXNza2V5',
        type: 'public-key',
        response: { clientDataJSON: 'e30', attestationObject: 'YXR0ZXN0YXRpb24', transports: ['internal'] },
        clientExtensionResults: {},
      },
    },
    answer: { ...passkey, recoveryCodes },
    problems: ['invalid_second_factor', 'conflict'],
  },
  'PUT /v1/passkeys/{id}': {
    id: 'renamePasskey',
    tag: 'Credentials',
    summary: 'Rename a passkey',
    parameters: byId,
    body: { name: 'Work laptop' },
    answer: { ...passkey, name: 'Work laptop' },
  },
  'DELETE /v1/passkeys/{id}': {
    id: 'removePasskey',
    tag: 'Credentials',
    summary: 'Remove a passkey',
    parameters: byId,
    problems: ['invalid_transition'],
  },
  'GET /v1/sessions': {
    id: 'listSessions',
    tag: 'Credentials',
    summary: 'List your sessions',
    answer: pageOf(session),
  },
  'DELETE /v1/sessions': {
    id: 'endOtherSessions',
    tag: 'Credentials',
    summary: 'End all of your sessions but this one',
  },
  'DELETE /v1/sessions/{id}': {
    id: 'endSession',
    tag: 'Credentials',
    summary: 'End one of your sessions',
    parameters: { id: ids.session },
  },
  'GET /v1/members/{accountId}/sessions': {
    id: 'listSessionsOfMember',
    tag: 'Members',
    summary: 'List the sessions of a member',
    parameters: ofMember,
    answer: pageOf({ ...session, current: false }),
  },
  'DELETE /v1/members/{accountId}/sessions': {
    id: 'endSessionsOfMember',
    tag: 'Members',
    summary: 'End the sessions of a member',
    parameters: ofMember,
  },
}
