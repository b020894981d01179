import { proposalOf } from './lifecycle.ts'
import { softwarePasskey } from './software-authenticator.ts'

const someId = '01a20a5b-6239-705d-b9f2-c38849688556'
const digest = `sha256:${'0'.repeat(64)}`
const part = { name: 'system', digest: `hmac-sha256:${'0'.repeat(16)}:${'0'.repeat(64)}`, version: '1' }

/** A full configuration: every member that there is. */
const configuration = {
  model: { provider: 'acme', name: 'large', servedName: 'large-1', systemFingerprint: 'fp' },
  prompts: [part],
  inference: {
    temperature: 0.1,
    topP: 1,
    topK: 1,
    maxTokens: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    seed: 1,
    serviceTier: 'default',
    reasoningEffort: 'low',
  },
  tools: [part],
}
const view = { name: 'x', query: 'a=b', columns: ['title'], density: 'default', shared: true }
const risk = { severity: 'low', blastRadius: 'unknown', customerImpact: 'none' }

const origin = 'http://localhost:4680'
const passkey = softwarePasskey()
const assertion = {
  ...passkey.assert('x', { origin, userHandle: someId }),
  authenticatorAttachment: 'platform',
  clientExtensionResults: {},
}
const attestation = {
  ...passkey.attest('x', { origin }),
  authenticatorAttachment: 'platform',
  clientExtensionResults: {},
}

/** The same, for the routes of people's own credentials. */
const credentialBodies: Readonly<Record<string, unknown>> = {
  'POST /v1/session/second-factor': { ticket: 'aftr_ticket_x', proof: { method: 'totp', code: '123456' } },
  'POST /v1/session/second-factor/passkey-options': { ticket: 'aftr_ticket_x' },
  'POST /v1/session/passkey-options': {},
  'POST /v1/session/passkey': { assertion, tenant: 'acme' },
  'POST /v1/session/step-up/passkey-options': {},
  'POST /v1/session/step-up': { method: 'passkey', assertion },
  'PUT /v1/password': { currentPassword: 'x', newPassword: 'copper-meadow-77-signal' },
  'POST /v1/factors/totp': {},
  'POST /v1/factors/totp/confirm': { code: '123456' },
  'POST /v1/factors/recovery-codes': {},
  'POST /v1/passkeys/options': {},
  'POST /v1/passkeys': { name: 'phone', attestation },
  'PUT /v1/passkeys/:id': { name: 'phone' },
}

/** A body with every member for each route that takes one, valid but for the things that it names. */
export const fullBodies: Readonly<Record<string, unknown>> = {
  ...credentialBodies,
  'POST /v1/setup': {
    code: 'AAAAA-AAAAA-AAAAA-AAAAA',
    email: 'x@acme.example',
    name: 'X',
    password: 'violet-harbour-41-lantern',
    tenant: { slug: 'x', name: 'X' },
  },
  'POST /v1/session': { email: 'x@acme.example', password: 'x', tenant: 'acme' },
  'POST /v1/session/refresh': { refreshHandle: 'aftr_refresh_x' },
  'POST /v1/session/switch': { tenant: 'nowhere' },
  'POST /v1/invitations': { email: 'y@acme.example', role: 'viewer' },
  'POST /v1/invitations/accept': { code: 'AAAAA-AAAAA-AAAAA-AAAAA', name: 'X', password: 'violet-harbour-41-lantern' },
  'POST /v1/service-accounts': { name: 'machine', role: 'viewer' },
  'POST /v1/api-keys': { name: 'key', scopes: ['system:read'], expiresInDays: 1, accountId: someId },
  // Providers and devices.
  'POST /v1/identity-providers': {
    name: 'Corp',
    issuer: 'http://127.0.0.1:1',
    clientId: 'x',
    clientSecret: 'y',
    scopes: ['openid'],
    groupsClaim: 'groups',
    roleMapping: [{ group: 'g', role: 'viewer' }],
    defaultRole: 'viewer',
    allowedDomains: ['corp.example'],
    createsMembers: true,
  },
  'PUT /v1/identity-providers/:id': {
    name: 'Corp',
    clientId: 'x',
    clientSecret: 'y',
    scopes: ['openid'],
    groupsClaim: 'groups',
    roleMapping: [{ group: 'g', role: 'viewer' }],
    defaultRole: 'viewer',
    allowedDomains: ['corp.example'],
    createsMembers: true,
    enforced: false,
  },
  'POST /v1/identity-providers/:id/identities': { subject: 'x', accountId: someId },
  'POST /v1/identity-providers/:id/test': {},
  'PUT /v1/break-glass-accounts/:accountId': {},
  'POST /v1/device-authorizations': { clientLabel: 'a terminal', tenant: 'acme' },
  'POST /v1/device-authorizations/token': { deviceCode: 'aftr_device_x' },
  'POST /v1/device-authorizations/lookup': { userCode: 'BCDF-GHJK' },
  'POST /v1/device-authorizations/decision': { userCode: 'BCDF-GHJK', verdict: 'deny' },
  'POST /v1/audit-streams': {
    kind: 'syslog',
    name: 'siem',
    host: '127.0.0.1',
    port: 9,
    transport: 'tcp',
    certificates: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    startFrom: 'now',
  },
  'POST /v1/audit-streams/:id/pause': {},
  'POST /v1/audit-streams/:id/resume': {},
  'POST /v1/audit-streams/:id/replay': { fromIndex: 0 },
  'PUT /v1/api-keys/:id': { name: 'key', scopes: ['system:read'] },
  'POST /v1/api-keys/:id/rotate': { overlapHours: 1 },
  'PUT /v1/members/:accountId': { role: 'viewer' },
  'PUT /v1/service-accounts/:accountId': { name: 'machine', role: 'viewer' },
  'POST /v1/password-resets': { email: 'x@acme.example' },
  'POST /v1/password-resets/complete': { code: 'AAAAA-AAAAA-AAAAA-AAAAA', password: 'violet-harbour-41-lantern' },
  'POST /v1/tenants': { slug: 'globex', name: 'Globex', adminEmail: 'x@globex.example' },
  ...Object.fromEntries(
    [
      'members/:accountId/disable',
      'members/:accountId/enable',
      'members/:accountId/password-reset',
      'service-accounts/:accountId/disable',
      'service-accounts/:accountId/enable',
      'invitations/:id/resend',
      'tenants/:id/suspend',
      'tenants/:id/resume',
      'accounts/:accountId/disable',
      'accounts/:accountId/enable',
      'accounts/:accountId/password-reset',
    ].map((path) => [`POST /v1/${path}`, {}]),
  ),
  'POST /v1/systems': { name: 'system', title: 'Title', owner: 'Owner' },
  'PUT /v1/systems/:name/card': {
    purpose: 'x',
    owner: { kind: 'person', accountId: someId },
    roles: ['provider', 'deployer'],
    riskClass: 'high',
    regimes: ['baseline'],
    dataClass: 'personal',
    vendor: 'Acme',
    basedOn: 1,
  },
  'POST /v1/systems/:name/comparison': {
    environment: 'production',
    before: { environment: 'staging', at: '2026-01-01T00:00:00Z' },
    after: { configuration },
  },
  'POST /v1/changes/:id/merge': { into: someId, reason: 'x' },
  'POST /v1/changes/:id/determinations': { determination: 'substantial', reason: 'x' },
  'POST /v1/observations': {
    observations: [
      {
        id: someId,
        system: 'known',
        environment: 'production',
        configuration,
        observedAt: '2026-01-01T00:00:00Z',
        origin: 'api',
        revision: '1',
      },
    ],
  },
  'POST /v1/changes': {
    system: 'known',
    environment: 'production',
    title: 'Title',
    changeTypes: ['data'],
    intent: 'proposed',
    changeClass: 'normal',
    origin: 'manual',
    revision: '1',
    after: configuration,
    risk,
  },
  'POST /v1/telemetry': {
    bootId: someId,
    sequence: 0,
    sentAt: '2026-01-01T00:00:00Z',
    dropped: 0,
    events: [
      {
        kind: 'measure',
        system: 'known',
        environment: 'production',
        fingerprint: digest,
        route: 'chat',
        at: '2026-01-01T00:00:00Z',
        latencyMs: 1,
        inputTokens: 1,
        outputTokens: 1,
        costUsd: 1,
        score: { name: 'judge', value: 1 },
        finishReason: 'stop',
        error: false,
        refused: false,
        agreed: true,
      },
      {
        kind: 'observation',
        id: someId,
        system: 'known',
        environment: 'production',
        configuration,
        observedAt: '2026-01-01T00:00:00Z',
        origin: 'sdk',
        revision: '1',
      },
      {
        kind: 'change',
        id: someId,
        system: 'known',
        environment: 'production',
        title: 'Title',
        changeTypes: ['data'],
        intent: 'proposed',
        changeClass: 'normal',
        origin: 'manual',
        revision: '1',
        after: configuration,
        risk,
      },
    ],
  },
  'POST /v1/changes/:id/end': { at: '2026-11-30T08:00:00.000Z' },
  'POST /v1/changes/:id/implementation': { revision: 'a', at: '2026-11-30T08:00:00.000Z' },
  'POST /v1/changes/:id/emergency': { reason: 'x' },
  'POST /v1/changes/:id/verification': { outcome: 'verified', evidence: 'x', assessmentId: someId },
  'POST /v1/changes/:id/closure': { code: 'successful', notes: 'x' },
  'POST /v1/systems/:name/environments/:environment/baseline': { fingerprint: digest, reason: 'x' },
  'POST /v1/gate': { system: 'a', environment: 'production', configuration },
  'POST /v1/gate/summaries': { system: 'a', environment: 'production', configuration, validHours: 24 },
  'POST /v1/policies/check': { rules: [{ decision: 'before', approvals: { ruleType: 'custom', quorum: 2 } }] },
  'POST /v1/policies': {
    system: 'a',
    basedOn: 0,
    environment: 'production',
    reason: 'x',
    rules: [
      {
        changeTypes: ['model'],
        changeClasses: ['normal'],
        severities: ['low'],
        decision: 'after',
        withinHours: 24,
        assessment: 'needed',
        validDays: 30,
        approvals: {
          ruleType: 'custom',
          quorum: 1,
          roles: ['approver'],
          people: [someId],
          allowSelfApproval: false,
          requesterMayApprove: true,
          implementerMayApprove: true,
        },
        emergency: { roles: ['admin'], withinHours: 24 },
      },
      { decision: 'never' },
    ],
  },
  'POST /v1/delegations': {
    to: '01980a2c-0000-7000-8000-000000000000',
    until: '2027-01-30T08:00:00.000Z',
    reason: 'x',
  },
  'POST /v1/delegations/:id/end': {},
  'PUT /v1/me/preferences': {
    timeZone: 'Europe/Paris',
    density: 'compact',
    theme: 'dark',
    letterKeys: true,
    notesSeen: ['life.change'],
  },
  'POST /v1/views': view,
  'PUT /v1/views/:id': view,
  'POST /v1/envelopes': {
    title: 'x',
    system: 'a',
    environments: ['production'],
    clauses: [
      { path: '/inference/temperature', min: 0, max: 1 },
      { path: '/model/name', oneOf: ['a'] },
    ],
    evidence: 'not_worse',
    until: '2027-06-01T00:00:00.000Z',
  },
  'POST /v1/envelopes/:id/approval': {},
  'POST /v1/envelopes/:id/revocation': {},
  'POST /v1/records/:id/findings': { condition: 'x', outcome: 'met', note: 'x' },
  'POST /v1/changes/:id/confirm': { risk },
  'POST /v1/changes/:id/dismiss': { reason: 'noise' },
  'PUT /v1/changes/:id/risk': risk,
  'POST /v1/changes/:id/plans': {
    plan: { mode: 'prospective', metrics: [{ name: 'score', margin: 0.1 }], criticalSlices: ['a'] },
    datasets: [digest],
    minCases: 20,
    attempts: 1,
  },
  'POST /v1/changes/:id/assessments': {
    baselineEvaluationId: someId,
    candidateEvaluationId: someId,
    plan: { mode: 'prospective', metrics: [{ name: 'score', margin: 0.1 }], criticalSlices: ['a'] },
  },
  'POST /v1/changes/:id/decisions': {
    ...proposalOf(someId),
    implementationPlan: 'a',
    backoutPlan: 'b',
    testPlan: 'c',
    riskImpactAnalysis: 'd',
    conditions: ['e'],
    reviewBy: '2027-01-01',
    supersedes: someId,
  },
  'POST /v1/decisions/:id/approvals': { verdict: 'approve', evidenceDigest: digest, comment: 'f' },
}

/** Every way to put `values` in the place of one leaf of `body`. */
export function withLeafReplaced(body: unknown, values: readonly unknown[]): unknown[] {
  if (Array.isArray(body)) {
    return body.flatMap((item, index) => withLeafReplaced(item, values).map((changed) => body.with(index, changed)))
  }
  if (typeof body !== 'object' || body === null) return [...values]
  return Object.entries(body).flatMap(([key, value]) =>
    [...withLeafReplaced(value, values), ...values].map((changed) => ({ ...body, [key]: changed })),
  )
}

/** Every way to add members to one object of `body`. */
export function withMembersAdded(body: unknown, members: object): unknown[] {
  if (Array.isArray(body)) {
    return body.flatMap((item, index) => withMembersAdded(item, members).map((changed) => body.with(index, changed)))
  }
  if (typeof body !== 'object' || body === null) return []
  const deeper = Object.entries(body).flatMap(([key, value]) =>
    withMembersAdded(value, members).map((changed) => ({ ...body, [key]: changed })),
  )
  return [{ ...body, ...members }, ...deeper]
}
