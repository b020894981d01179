import type { CreatedInvitation, InvitationView, MemberView } from '../member.ts'
import { at, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'

const member: MemberView = {
  accountId: ids.approver,
  kind: 'person',
  name: 'Bo',
  email: 'bo@example.com',
  role: 'approver',
  createdAt: at.opened,
  disabledAt: null,
  roleProviderId: null,
}
const invitation: InvitationView = {
  id: ids.invitation,
  email: 'bo@example.com',
  role: 'approver',
  state: 'pending',
  delivery: 'by_hand',
  deliveryError: null,
  createdAt: at.opened,
  expiresAt: at.expires,
}
/** An invitation whose code is handed over by hand. */
export const createdInvitation: CreatedInvitation = { ...invitation, code: 'K7QMZ-4TRXB-9WFHC-2NPDG' }

const byAccount = { accountId: ids.approver }
const admins = ['forbidden', 'last_admin'] as const

/** Descriptions of the operations of members, by route. */
export const memberOperations: Operations = {
  'GET /v1/members': {
    id: 'listMembers',
    tag: 'Members',
    summary: 'List the members of the tenant',
    description: 'Addresses are shown to admins and auditors; to others only their own.',
    parameters: { ...pageParameters, kind: 'person', q: 'ada', permission: 'decision:approve' },
    answer: pageOf(member),
  },
  'GET /v1/members/{accountId}': {
    id: 'getMember',
    tag: 'Members',
    summary: 'Read a member',
    parameters: byAccount,
    answer: member,
  },
  'PUT /v1/members/{accountId}': {
    id: 'changeMemberRole',
    tag: 'Members',
    summary: 'Give a member another role',
    once: true,
    parameters: byAccount,
    body: { role: 'approver' },
    answer: member,
    problems: [...admins, 'invalid_transition'],
  },
  'POST /v1/members/{accountId}/disable': {
    id: 'disableMember',
    tag: 'Members',
    summary: 'Keep a member out',
    once: true,
    parameters: byAccount,
    body: {},
    answer: { ...member, disabledAt: at.sealed },
    problems: [...admins],
  },
  'POST /v1/members/{accountId}/enable': {
    id: 'enableMember',
    tag: 'Members',
    summary: 'Let a member in again',
    once: true,
    parameters: byAccount,
    body: {},
    answer: member,
    problems: [...admins],
  },
  'DELETE /v1/members/{accountId}': {
    id: 'removeMember',
    tag: 'Members',
    summary: 'Remove a member',
    once: true,
    parameters: byAccount,
    problems: [...admins],
  },
  'GET /v1/invitations': {
    id: 'listInvitations',
    tag: 'Members',
    summary: 'List invitations',
    parameters: pageParameters,
    answer: pageOf(invitation),
  },
  'POST /v1/invitations': {
    id: 'inviteMember',
    tag: 'Members',
    summary: 'Invite somebody',
    description: 'The code is shown in this answer and never again; it is null where it goes by mail.',
    body: { email: 'bo@example.com', role: 'approver' },
    answer: createdInvitation,
    problems: ['conflict'],
  },
  'POST /v1/invitations/{id}/resend': {
    id: 'resendInvitation',
    tag: 'Members',
    summary: 'Invite again, with another code',
    parameters: { id: ids.invitation },
    body: {},
    answer: createdInvitation,
    problems: ['conflict'],
  },
  'DELETE /v1/invitations/{id}': {
    id: 'revokeInvitation',
    tag: 'Members',
    summary: 'Revoke an invitation',
    once: true,
    parameters: { id: ids.invitation },
    problems: ['conflict'],
  },
  'POST /v1/password-resets': {
    id: 'requestPasswordReset',
    tag: 'Members',
    summary: 'Ask for a code for a new password',
    description: 'It is answered the same whether there is such an account or not.',
    body: { email: 'bo@example.com' },
    accepted: {},
    problems: ['too_many_attempts'],
  },
  'POST /v1/password-resets/complete': {
    id: 'completePasswordReset',
    tag: 'Members',
    summary: 'Set a new password with a code',
    body: { code: 'K7QMZ-4TRXB-9WFHC-2NPDG', password: 'another sentence that nobody guesses' },
    problems: ['invalid_code', 'too_many_attempts'],
  },
  'POST /v1/members/{accountId}/password-reset': {
    id: 'offerPasswordReset',
    tag: 'Members',
    summary: 'Give a member a code for a new password',
    parameters: byAccount,
    body: {},
    answer: { code: 'K7QMZ-4TRXB-9WFHC-2NPDG', expiresAt: at.expires },
  },
}

const service: MemberView = {
  ...member,
  accountId: ids.service,
  kind: 'service',
  name: 'ci',
  email: null,
  role: 'member',
}
const byService = { accountId: ids.service }

/** Descriptions of the operations of service accounts, by route. */
export const serviceAccountOperations: Operations = {
  'GET /v1/service-accounts': {
    id: 'listServiceAccounts',
    tag: 'Service accounts',
    summary: 'List service accounts',
    parameters: pageParameters,
    answer: pageOf(service),
  },
  'POST /v1/service-accounts': {
    id: 'createServiceAccount',
    tag: 'Service accounts',
    summary: 'Make a service account',
    once: true,
    body: { name: 'ci', role: 'member' },
    answer: service,
  },
  'PUT /v1/service-accounts/{accountId}': {
    id: 'changeServiceAccount',
    tag: 'Service accounts',
    summary: 'Rename a service account, or give it another role',
    once: true,
    parameters: byService,
    body: { name: 'ci', role: 'member' },
    answer: service,
  },
  'POST /v1/service-accounts/{accountId}/disable': {
    id: 'disableServiceAccount',
    tag: 'Service accounts',
    summary: 'Keep a service account out',
    once: true,
    parameters: byService,
    body: {},
    answer: { ...service, disabledAt: at.sealed },
  },
  'POST /v1/service-accounts/{accountId}/enable': {
    id: 'enableServiceAccount',
    tag: 'Service accounts',
    summary: 'Let a service account in again',
    once: true,
    parameters: byService,
    body: {},
    answer: service,
  },
  'DELETE /v1/service-accounts/{accountId}': {
    id: 'removeServiceAccount',
    tag: 'Service accounts',
    summary: 'Remove a service account',
    once: true,
    parameters: byService,
  },
}
