import type { Approvers } from '../approvers.ts'
import type { Comparison } from '../comparison.ts'
import type { Life } from '../life.ts'
import { lifeSteps } from '../life.ts'
import { policyRule } from '../policy.ts'
import { type Gate, type RunView, type Standing, type StandingName, standings } from '../standing.ts'
import { at, digests, ids, pageOf, pageParameters } from './example-values.ts'
import type { Operations } from './operation.ts'
import { configurationAfter, configurationBefore } from './system-operations.ts'

const standing: Standing = {
  systemId: ids.system,
  system: 'support-bot',
  environment: 'production',
  standing: 'awaiting',
  cause: 'undecided',
  reason: 'it runs, and is not decided yet',
  needs: `afterai decide ${ids.change}`,
  due: at.expires,
  fingerprint: digests.after,
  since: at.opened,
  lastSeenAt: at.assessed,
  changeId: ids.change,
  changeTitle: 'model acme-large-2026-03 → acme-small-2026-10',
  recordId: null,
  decidedAt: null,
  plannedChangeId: null,
  deviation: [],
  policyVersion: 0,
  envelopeId: null,
  emergency: false,
}
const counts = {
  ...(Object.fromEntries(standings.map((name) => [name, 0])) as Record<StandingName, number>),
  awaiting: 1,
}

const run: RunView = {
  environment: 'production',
  fingerprint: digests.after,
  startedAt: at.opened,
  endedAt: null,
  knownAt: at.opened,
  changeId: ids.change,
  changeTitle: 'model acme-large-2026-03 → acme-small-2026-10',
  openedByName: 'Ada',
  reversesChangeId: null,
  recordId: ids.record,
  decision: 'act',
  decidedAt: at.sealed,
  approvedBy: ['Bo'],
  standing: 'authorised',
}

const first = { changeId: null, changeTitle: null, openedByName: null, recordId: null, decision: null, decidedAt: null }
const ranFirst: RunView = { ...run, ...first, fingerprint: digests.before, approvedBy: [], standing: 'awaiting' }
const compared = { environment: 'production', moreRuns: false } as const
const comparison: Comparison = {
  system: 'support-bot',
  before: {
    ...compared,
    by: 'at',
    at: at.opened,
    fingerprint: digests.before,
    configuration: configurationBefore,
    runs: [ranFirst],
  },
  after: {
    ...compared,
    by: 'fingerprint',
    at: null,
    fingerprint: digests.after,
    configuration: configurationAfter,
    runs: [run],
  },
  same: false,
  changeTypes: ['model'],
  delta: [{ category: 'model', path: '/model/name', before: 'acme-large-2026-03', after: 'acme-small-2026-10' }],
}

const approvers: Approvers = {
  system: 'support-bot',
  environment: 'production',
  at: at.sealed,
  policy: {
    id: null,
    system: null,
    environment: null,
    version: 0,
    rules: [policyRule.parse({ decision: 'after', withinHours: 168 })],
    setAt: null,
  },
  people: [{ accountId: ids.approver, name: 'Bo', role: 'approver', rules: [{ rule: 1, function: 'approver' }] }],
}

const gate: Gate = {
  open: true,
  answer: 'covered',
  cause: 'recorded',
  reason: 'a record says that it may run',
  since: null,
  needs: null,
  system: 'support-bot',
  environment: 'production',
  fingerprint: digests.after,
  changeId: ids.change,
  changeTitle: 'model acme-large-2026-03 → acme-small-2026-10',
  recordId: ids.record,
  decidedAt: at.sealed,
  decidedBy: ['Bo'],
  validUntil: null,
  policyVersion: 0,
  changeTypes: ['model'],
  delta: [{ category: 'model', path: '/model/name', before: 'acme-large-2026-03', after: 'acme-small-2026-10' }],
  at: at.sealed,
}
const asked = { system: 'support-bot', environment: 'production', configuration: configurationAfter }

/** The life of a change, as the examples tell it. */
export const life: Life = {
  changeId: ids.change,
  stage: 'running',
  decision: 'act',
  running: 'runs',
  waitsFor: 'somebody who verifies it',
  next: `afterai ace verify ${ids.change} --evidence "..."`,
  steps: lifeSteps.map((step) => ({ step, at: step === 'recorded' ? at.opened : null, by: null, note: null })),
  recordId: ids.record,
  revision: '4f2a9c1',
  endedAt: null,
  rolledBackAt: null,
  rolledBackBy: null,
  reverses: null,
  asDecided: true,
  verification: null,
  superseded: false,
  closeCode: null,
}
const ofChange = { id: ids.change }

/** Descriptions of the operations that hold records against what runs, by route. */
export const standingOperations: Operations = {
  'GET /v1/standings': {
    id: 'listStandings',
    tag: 'Standings',
    summary: 'Tell whether what runs may run',
    description:
      'Of every environment, or fewer: the worst first. `ok` is false where something is contrary to its record, deviates from it, breaks its conditions or is overdue. With `at`, as it was then.',
    parameters: { system: 'support-bot', environment: 'production', at: at.sealed, limit: 200 },
    answer: { at: at.sealed, items: [standing], counts, ok: true },
    problems: ['not_found'],
  },
  'GET /v1/systems/{name}/history': {
    id: 'getHistory',
    tag: 'Standings',
    summary: 'List what ran, and who decided',
    description:
      'The newest first. With `at`, what ran at that instant, as it was known then; with `from` and `to`, what ran between, as it is known now.',
    parameters: { name: 'support-bot', environment: 'production', from: at.opened, to: at.expires, ...pageParameters },
    answer: pageOf(run),
  },
  'GET /v1/systems/{name}/approvers': {
    id: 'listApprovers',
    tag: 'Standings',
    summary: 'List who could approve a change, now or at an instant',
    description:
      'By the members and roles of then, as the trail tells them, and the version of the policy that was in force. Whether one of them was the author of a decision is told by the decision.',
    parameters: { name: 'support-bot', environment: 'production', at: at.sealed },
    answer: approvers,
    problems: ['not_found'],
  },
  'POST /v1/systems/{name}/environments/{environment}/baseline': {
    id: 'acceptBaseline',
    tag: 'Standings',
    summary: 'Accept what runs, where no change led to it',
    description:
      'For what ran first, or before AfterAI, and for what somebody else dismissed as no change. What a change led to is decided on instead.',
    once: true,
    parameters: { name: 'support-bot', environment: 'production' },
    body: { fingerprint: digests.after, reason: 'It has served since spring, and was reviewed then.' },
    answer: {
      id: ids.event,
      system: 'support-bot',
      environment: 'production',
      fingerprint: digests.after,
      reason: 'It has served since spring, and was reviewed then.',
      acceptedAt: at.sealed,
      acceptedBy: ids.approver,
      acceptedByName: 'Bo',
    },
    problems: ['not_found', 'conflict', 'invalid_transition', 'step_up_required', 'provider_proof_required'],
  },
  'POST /v1/systems/{name}/comparison': {
    id: 'compareConfigurations',
    tag: 'Standings',
    summary: 'Compare two configurations, or what ran at two instants',
    description:
      'It changes nothing. Each side is what an environment ran with at an instant, as it was known then; a configuration by its fingerprint; or one that is told. It answers what differs, and by which changes and records each came to run.',
    parameters: { name: 'support-bot' },
    body: { environment: 'production', before: { at: at.opened }, after: { fingerprint: digests.after } },
    answer: comparison,
    problems: ['not_found'],
  },
  'POST /v1/gate': {
    id: 'askGate',
    tag: 'Standings',
    summary: 'Ask whether a configuration may be deployed',
    description:
      'It changes nothing. The gate is open only for what a decision covers that is sealed, holds, and still begins from what runs.',
    body: asked,
    answer: gate,
    problems: ['not_found'],
  },
  'POST /v1/gate/summaries': {
    id: 'summariseGate',
    tag: 'Standings',
    summary: 'Have an open gate signed, for use without the server',
    description:
      'An in-toto statement (SLSA verification summary, version 1) in a DSSE envelope, signed by the key of records.',
    once: true,
    body: { ...asked, validHours: 24 },
    answer: {
      payload: 'eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==',
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ keyid: 'c0d4'.repeat(16), sig: 'AAAA' }],
    },
    problems: ['not_found', 'invalid_transition'],
  },
  'GET /v1/changes/{id}/life': {
    id: 'getLife',
    tag: 'Changes',
    summary: 'Tell where a change stands, and what it waits for',
    parameters: ofChange,
    answer: life,
  },
  'POST /v1/changes/{id}/emergency': {
    id: 'declareEmergency',
    tag: 'Changes',
    summary: 'Declare that a change has to run before it can be decided',
    description: 'By whom the policy names, signed in; it is decided within the policy’s time then.',
    once: true,
    parameters: ofChange,
    body: { reason: 'The provider is down; answers come from the other one.' },
    answer: life,
    problems: ['invalid_transition'],
  },
  'POST /v1/changes/{id}/verification': {
    id: 'verifyChange',
    tag: 'Changes',
    summary: 'Say whether what runs does what it was decided for',
    once: true,
    parameters: ofChange,
    body: { outcome: 'verified', evidence: 'Error rate and refunds as before, over three days.' },
    answer: { ...life, stage: 'reviewed' },
    problems: ['invalid_transition'],
  },
  'POST /v1/changes/{id}/closure': {
    id: 'closeChange',
    tag: 'Changes',
    summary: 'End the life of a change',
    description:
      'What it came to is sealed in the log. The codes are ServiceNow’s, and `cancelled` for what never ran.',
    once: true,
    parameters: ofChange,
    body: { code: 'successful', notes: 'As planned.' },
    answer: { ...life, stage: 'closed', closeCode: 'successful' },
    problems: ['invalid_transition'],
  },
}
