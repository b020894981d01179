import { inDays } from './standing-story.ts'
import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly system: string
  readonly changeId: string
  readonly recordId: string
  readonly memberId: string
  readonly fingerprint: string
  readonly envelopeId: string
  readonly delegationId: string
}

type Attempt = (of: Belongings) => TestRequest

/** Attempts on what runs of another tenant, on what was decided of it, and on the rules by which. */
export function lifeAttempts(): Readonly<Record<string, Attempt>> {
  const post = (path: string, body: object): TestRequest => ({ method: 'POST', path, body })
  const ofChange =
    (what: string, body: object): Attempt =>
    ({ changeId }) =>
      post(`/v1/changes/${changeId}/${what}`, body)
  const configuration = { model: { provider: 'acme', name: 'small' } }
  const terms = { environments: ['production'], clauses: [{ path: '/inference/temperature' }], until: inDays(30) }
  const plan = {
    metrics: [{ name: 'score', primary: true, margin: 0.02 }],
    datasets: [`sha256:${'c'.repeat(64)}`],
    minCases: 1,
  }
  return {
    'its life': ({ changeId }) => ({ path: `/v1/changes/${changeId}/life` }),
    'saying that it runs': ofChange('implementation', {}),
    'saying that it ended': ofChange('end', {}),
    'declaring it an emergency': ofChange('emergency', { reason: 'x' }),
    'verifying it': ofChange('verification', { evidence: 'x' }),
    'closing it': ofChange('closure', { code: 'successful' }),
    'its plans': ({ changeId }) => ({ path: `/v1/changes/${changeId}/plans` }),
    'a plan for it': ofChange('plans', plan),
    'what ran': ({ system }) => ({ path: `/v1/systems/${system}/history` }),
    'whether it may': ({ system }) => ({ path: `/v1/standings?system=${system}` }),
    'accepting what runs': ({ system, fingerprint }) =>
      post(`/v1/systems/${system}/environments/production/baseline`, { fingerprint, reason: 'x' }),
    'asking the gate': ({ system }) => post('/v1/gate', { system, configuration }),
    'a summary of the gate': ({ system }) => post('/v1/gate/summaries', { system, configuration }),
    'the rules of their system': ({ system }) => ({ path: `/v1/policies?system=${system}` }),
    'rules for their system': ({ system }) =>
      post('/v1/policies', { system, rules: [{ decision: 'never' }], reason: 'x' }),
    'checking rules that name their member': ({ memberId }) =>
      post('/v1/policies/check', { rules: [{ decision: 'before', approvals: { people: [memberId] } }] }),
    'an envelope for their system': ({ system }) => post('/v1/envelopes', { title: 'x', system, ...terms }),
    'approving their envelope': ({ envelopeId }) => post(`/v1/envelopes/${envelopeId}/approval`, {}),
    'revoking their envelope': ({ envelopeId }) => post(`/v1/envelopes/${envelopeId}/revocation`, {}),
    'a condition of their record': ({ recordId }) =>
      post(`/v1/records/${recordId}/findings`, { condition: 'x', outcome: 'broken', note: 'x' }),
    'delegating to their member': ({ memberId }) =>
      post('/v1/delegations', { to: memberId, until: inDays(1), reason: 'x' }),
    'ending their delegation': ({ delegationId }) => post(`/v1/delegations/${delegationId}/end`, {}),
    'where their record is in our log': ({ recordId }) => ({ path: `/v1/log/proof/${recordId}` }),
  }
}
