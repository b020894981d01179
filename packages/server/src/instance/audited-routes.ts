/** What a route leaves in the audit trail: events by their actions, or none, and why. */
export type AuditedRoute =
  | {
      readonly events: readonly string[]
      /** Left instead, when it comes to nothing, or when a second factor is asked for. */
      readonly instead?: readonly string[]
    }
  | { readonly none: string }

const nothingOfATenant = { none: 'It shows nothing of any tenant.' }
const workingData = {
  none: 'It shows what its readers work with every day: names, numbers and digests, no sealed content and no credential.',
}
const publicProof = { none: 'It shows hashes and signatures, which are made to be handed out.' }
const ownIdentity = { none: 'It shows callers what they are.' }
const beginsCeremony = { none: 'It hands out a challenge; what comes of it is an event of the route that answers it.' }
const namesOnly = { none: 'It shows where things lead and how far they are, and none of their secrets.' }

const wrongPassword = ['session.sign_in', 'session.ask_second_factor'] as const
const wrongPasskey = ['passkey.count_regressed'] as const

/**
 * Every route, and the events that it leaves, in the transaction of what it does (P4.4). Besides, any route that asks for a permission
 * leaves `access.denied` when a caller doesn't hold it, and `credential.refuse` for a credential that isn't let in (../access/refusals.ts). `docs/reference/audit.md` is generated from this table.
 */
export const auditedRoutes: Readonly<Record<string, AuditedRoute>> = {
  'GET /livez': nothingOfATenant,
  'GET /readyz': nothingOfATenant,
  'GET /openapi.json': nothingOfATenant,
  'GET /v1/docs': nothingOfATenant,
  'GET /v1/docs/:operation': nothingOfATenant,
  'POST /v1/setup': { events: ['instance.set_up', 'operator.join', 'session.open', 'tenant.create'] },
  'POST /v1/session': { events: ['session.open'], instead: wrongPassword },
  'POST /v1/session/refresh': { events: ['session.refresh'], instead: ['session.refresh_reused'] },
  'POST /v1/session/switch': { events: ['session.end', 'session.open'] },
  'DELETE /v1/session': { events: ['session.end'] },
  'GET /v1/me': ownIdentity,
  'GET /v1/members': workingData,
  'POST /v1/invitations': { events: ['member.invite'] },
  'POST /v1/invitations/accept': { events: ['member.join', 'session.open'], instead: wrongPassword },
  'POST /v1/service-accounts': { events: ['service_account.create'] },
  'GET /v1/api-keys': namesOnly,
  'POST /v1/session/second-factor': { events: ['session.open'], instead: ['session.second_factor', ...wrongPasskey] },
  'POST /v1/session/second-factor/passkey-options': beginsCeremony,
  'POST /v1/session/passkey-options': beginsCeremony,
  'POST /v1/session/passkey': { events: ['session.open'], instead: ['session.sign_in', ...wrongPasskey] },
  'POST /v1/session/step-up/passkey-options': beginsCeremony,
  'POST /v1/session/step-up': { events: ['session.end', 'session.open', 'session.step_up'] },
  'GET /v1/sessions': ownIdentity,
  'DELETE /v1/sessions/:id': { events: ['session.end'] },
  'DELETE /v1/sessions': { events: ['session.end_others'] },
  'GET /v1/members/:accountId/sessions': workingData,
  'DELETE /v1/members/:accountId/sessions': { events: ['member.end_sessions'] },
  'PUT /v1/password': { events: ['password.change'] },
  'GET /v1/factors': ownIdentity,
  'POST /v1/factors/totp': { events: ['totp.enrol'] },
  'POST /v1/factors/totp/confirm': { events: ['totp.confirm'] },
  'DELETE /v1/factors/totp': { events: ['totp.remove'] },
  'POST /v1/factors/recovery-codes': { events: ['recovery_codes.renew'] },
  'POST /v1/passkeys/options': beginsCeremony,
  'POST /v1/passkeys': { events: ['passkey.add'] },
  'PUT /v1/passkeys/:id': { events: ['passkey.rename'] },
  'DELETE /v1/passkeys/:id': { events: ['passkey.remove'] },
  'PUT /v1/members/:accountId': { events: ['member.change_role'] },
  'POST /v1/members/:accountId/disable': { events: ['member.disable'] },
  'POST /v1/members/:accountId/enable': { events: ['member.enable'] },
  'DELETE /v1/members/:accountId': { events: ['member.remove'] },
  'POST /v1/members/:accountId/password-reset': { events: ['password_reset.offer'] },
  'PUT /v1/service-accounts/:accountId': { events: ['service_account.change_role', 'service_account.rename'] },
  'POST /v1/service-accounts/:accountId/disable': { events: ['service_account.disable'] },
  'POST /v1/service-accounts/:accountId/enable': { events: ['service_account.enable'] },
  'DELETE /v1/service-accounts/:accountId': { events: ['service_account.remove'] },
  'POST /v1/invitations/:id/resend': { events: ['member.invite_again'] },
  'DELETE /v1/invitations/:id': { events: ['member.revoke_invitation'] },
  'PUT /v1/api-keys/:id': { events: ['api_key.change'] },
  'POST /v1/api-keys/:id/rotate': { events: ['api_key.rotate'] },
  'POST /v1/password-resets': { events: ['password_reset.request'] },
  'POST /v1/tenants': { events: ['member.invite', 'operator.create_tenant', 'tenant.create'] },
  'POST /v1/tenants/:id/suspend': { events: ['tenant.suspend'] },
  'POST /v1/tenants/:id/resume': { events: ['tenant.resume'] },
  'POST /v1/accounts/:accountId/disable': { events: ['account.disable'] },
  'POST /v1/accounts/:accountId/enable': { events: ['account.enable'] },
  'POST /v1/accounts/:accountId/password-reset': { events: ['password_reset.offer'] },
  'GET /v1/members/:accountId': workingData,
  'GET /v1/service-accounts': workingData,
  'GET /v1/invitations': workingData,
  'GET /v1/tenants': workingData,
  'POST /v1/password-resets/complete': { events: ['password_reset.complete'] },
  'POST /v1/telemetry': { events: ['system.create', 'environment.baseline', 'change.open', 'change.repeat'] },
  'POST /v1/traces': {
    events: ['system.create', 'served_model.watch', 'served_model.baseline', 'route_profile.learn', 'change.open'],
  },
  'POST /v1/metrics': { events: ['system.create'] },
  'POST /v1/logs': { events: ['system.create'] },
  'GET /v1/telemetry/clients': workingData,
  'GET /v1/telemetry/windows': workingData,
  'GET /v1/telemetry/served-models': workingData,
  'GET /v1/telemetry/dropped': workingData,
  'POST /v1/api-keys': { events: ['api_key.create'] },
  'DELETE /v1/api-keys/:id': { events: ['api_key.revoke'] },
  'GET /v1/digest-key': { events: ['digest_key.read'] },
  'GET /v1/systems': workingData,
  'POST /v1/systems': { events: ['system.create'] },
  'GET /v1/systems/:name': workingData,
  'GET /v1/configurations/:fingerprint': workingData,
  'POST /v1/observations': { events: ['change.open', 'change.repeat', 'environment.baseline'] },
  'GET /v1/changes': workingData,
  'POST /v1/changes': { events: ['change.open', 'change.repeat'] },
  'GET /v1/changes/:id': workingData,
  'POST /v1/changes/:id/confirm': { events: ['change.confirm'] },
  'POST /v1/changes/:id/dismiss': { events: ['change.dismiss'] },
  'PUT /v1/changes/:id/risk': { events: ['change.set_risk'] },
  'GET /v1/evaluations': workingData,
  'POST /v1/evaluations': { events: ['evaluation.import'] },
  'GET /v1/evaluations/:id': workingData,
  'GET /v1/changes/:id/assessments': workingData,
  'POST /v1/changes/:id/assessments': { events: ['assessment.create'] },
  'GET /v1/assessments/:id': workingData,
  'GET /v1/changes/:id/decisions': workingData,
  'POST /v1/changes/:id/decisions': { events: ['decision.propose'] },
  'GET /v1/decisions': workingData,
  'GET /v1/decisions/:id': workingData,
  'POST /v1/decisions/:id/approvals': { events: ['decision.approve', 'decision.reject', 'record.seal'] },
  'GET /v1/records': workingData,
  'GET /v1/records/:id': { events: ['record.read'] },
  'GET /v1/records/:id/bundle': { events: ['record.export'] },
  'GET /v1/log/keys': publicProof,
  'GET /v1/log/checkpoint': publicProof,
  'GET /v1/log/tile/*': publicProof,
  'GET /v1/log/proof': publicProof,
  'GET /v1/log/proof/:entryId': publicProof,
  'GET /v1/log/audit': {
    none: 'It recomputes the log and shows what it found, with hashes and signatures, and nothing of what the entries are about.',
  },
  'GET /v1/audit-events': { events: ['audit.read'] },
  'GET /v1/audit-events/:id': { events: ['audit.read'] },
  'GET /v1/audit-events/:id/bundle': { events: ['audit.export'] },
  'GET /v1/audit-events/export': { events: ['audit.export'] },
  'GET /v1/audit-streams': namesOnly,
  'GET /v1/audit-streams/:id': namesOnly,
  'POST /v1/audit-streams': { events: ['audit_stream.create'] },
  'DELETE /v1/audit-streams/:id': { events: ['audit_stream.remove'] },
  'POST /v1/audit-streams/:id/pause': { events: ['audit_stream.pause'] },
  'POST /v1/audit-streams/:id/resume': { events: ['audit_stream.resume'] },
  'POST /v1/audit-streams/:id/replay': { events: ['audit_stream.replay'] },
  'GET /v1/identity-providers': namesOnly,
  'GET /v1/identity-providers/:id': namesOnly,
  'POST /v1/identity-providers': { events: ['identity_provider.create'] },
  'PUT /v1/identity-providers/:id': { events: ['identity_provider.enforce', 'identity_provider.update'] },
  'DELETE /v1/identity-providers/:id': { events: ['identity_provider.remove'] },
  'POST /v1/identity-providers/:id/test': { events: ['identity_provider.test'] },
  'GET /v1/identity-providers/:id/identities': workingData,
  'POST /v1/identity-providers/:id/identities': { events: ['federated_identity.link'] },
  'GET /v1/break-glass-accounts': workingData,
  'PUT /v1/break-glass-accounts/:accountId': { events: ['break_glass.grant'] },
  'DELETE /v1/break-glass-accounts/:accountId': { events: ['break_glass.revoke'] },
  'GET /v1/sign-in-options': { none: 'It shows anybody who asks which providers a tenant is signed in to with.' },
  'GET /v1/session/provider-sign-out': ownIdentity,
  'GET /v1/oidc/:providerId/start': beginsCeremony,
  'GET /v1/oidc/callback': {
    events: ['federated_identity.link', 'member.join', 'member.set_role', 'session.open'],
    instead: ['member.remove', 'session.end_all', 'session.sign_in'],
  },
  'GET /device': nothingOfATenant,
  'POST /v1/device-authorizations': {
    none: 'It hands out codes to nobody in particular; what is decided is an event of that route.',
  },
  'POST /v1/device-authorizations/token': { events: ['session.break_glass', 'session.open'] },
  'POST /v1/device-authorizations/lookup': {
    events: ['device_authorization.read'],
    instead: ['device_authorization.guess'],
  },
  'POST /v1/device-authorizations/decision': {
    events: ['device_authorization.approve', 'device_authorization.deny'],
    instead: ['device_authorization.guess'],
  },
  'DELETE /v1/sample-workspace': { events: ['sample.remove'] },
}

/** What the server does by itself, or an operator on its machine, and the event that it leaves. */
export const auditedOperations: Readonly<Record<string, string>> = {
  'operator.join': 'The first administrator of an installation from before there were operators becomes one.',
  'password_reset.send': 'A mail with a one-time code for a new password has left.',
  'instance.purge': 'What has served its time was deleted: how many rows, of which kinds.',
  'backup.make': 'The instance was backed up.',
  'log.stop':
    'Nothing more is signed for the log, since it was changed behind the server or went back. It waits for what is signed again.',
  'log.accept_loss': 'An operator has the log go on as it is: from which entry, without what, and why.',
  'instance.restore': 'The instance was restored from a backup: from which, and how long the log was there.',
}

/** Whether an event tells who came in and what was read or refused, rather than of something that was changed. */
export function changesNothing(action: string): boolean {
  if (/^(?:session|credential|access|log)\./.test(action)) return true
  return ['digest_key.read', 'record.read', 'record.export', 'audit.read', 'audit.export'].includes(action)
}
