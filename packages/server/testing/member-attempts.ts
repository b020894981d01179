import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly tenant: { readonly id: string }
  readonly keyId: string
  readonly serviceAccountId: string
  readonly memberId: string
  readonly invitationId: string
}

type Attempt = (of: Belongings) => TestRequest

const cursorAt = (id: string): string => Buffer.from(id).toString('base64url')

/** Attempts on people, machines, invitations and keys of another tenant; and on what only operators do. */
export function memberAttempts(): Readonly<Record<string, Attempt>> {
  const act =
    (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: (of: Belongings) => string, body?: object): Attempt =>
    (of) => ({ method, path: path(of), ...(body === undefined ? {} : { body }) })
  const member = (of: Belongings): string => `/v1/members/${of.memberId}`
  const machine = (of: Belongings): string => `/v1/service-accounts/${of.serviceAccountId}`
  const invitation = (of: Belongings): string => `/v1/invitations/${of.invitationId}`
  const key = (of: Belongings): string => `/v1/api-keys/${of.keyId}`
  return {
    'their member': act('GET', member),
    'their machine as a member': act('GET', (of) => `/v1/members/${of.serviceAccountId}`),
    'a role for their member': act('PUT', member, { role: 'viewer' }),
    'disabling their member': act('POST', (of) => `${member(of)}/disable`),
    'enabling their member': act('POST', (of) => `${member(of)}/enable`),
    'removing their member': act('DELETE', member),
    'a new password for their member': act('POST', (of) => `${member(of)}/password-reset`),
    'a name for their machine': act('PUT', machine, { name: 'ours', role: 'viewer' }),
    'disabling their machine': act('POST', (of) => `${machine(of)}/disable`),
    'enabling their machine': act('POST', (of) => `${machine(of)}/enable`),
    'deleting their machine': act('DELETE', machine),
    'sending their invitation': act('POST', (of) => `${invitation(of)}/resend`),
    'revoking their invitation': act('DELETE', invitation),
    'rotating their key': act('POST', (of) => `${key(of)}/rotate`, { overlapHours: 0 }),
    'narrowing their key': act('PUT', key, { name: 'ours', scopes: ['system:read'] }),
    'members from their cursor': (of) => ({ path: `/v1/members?cursor=${cursorAt(of.memberId)}&kind=service` }),
    'machines from their cursor': (of) => ({ path: `/v1/service-accounts?cursor=${cursorAt(of.serviceAccountId)}` }),
    'invitations from their cursor': (of) => ({ path: `/v1/invitations?cursor=${cursorAt(of.invitationId)}` }),
    'keys from their cursor': (of) => ({ path: `/v1/api-keys?cursor=${cursorAt(of.keyId)}` }),
    'suspending them': act('POST', (of) => `/v1/tenants/${of.tenant.id}/suspend`),
    'resuming them': act('POST', (of) => `/v1/tenants/${of.tenant.id}/resume`),
    'disabling their account': act('POST', (of) => `/v1/accounts/${of.memberId}/disable`),
    'enabling their account': act('POST', (of) => `/v1/accounts/${of.memberId}/enable`),
    'a code for their account': act('POST', (of) => `/v1/accounts/${of.memberId}/password-reset`),
  }
}
