import type { Decision } from '@afterai/client'
import type { Dossier } from '../src/life/dossier.ts'
import type { ChangeGate } from '../src/life/next-step.ts'

const at = '2026-11-30T08:00:00.000Z'

/** A decision for tests: to go ahead, approved by Bo and sealed. */
export function decisionOf(given: Partial<Decision> = {}): Decision {
  return {
    id: 'd',
    changeId: 'c',
    decision: 'act',
    decisionDetail: 'approve',
    status: 'approved',
    justification: 'So it was agreed.',
    implementationPlan: null,
    backoutPlan: null,
    testPlan: null,
    riskImpactAnalysis: null,
    conditions: [],
    checks: [],
    reviewBy: null,
    supersedes: null,
    assessmentIds: [],
    evidence: 'none',
    evidenceChanged: false,
    evidenceDigest: 'sha256:0',
    approvalPolicy: {
      ruleType: 'single_approver',
      allowSelfApproval: false,
      requesterMayApprove: true,
      implementerMayApprove: true,
      quorum: 1,
    },
    approvals: [],
    approvalsMissing: 0,
    authorId: 'a',
    authorName: 'Ada',
    authorEmail: null,
    proposedAt: at,
    validUntil: null,
    recordId: 'r',
    ...given,
  }
}

/** What the gate answers, for tests: nothing was decided. */
export function gateOf(given: Partial<ChangeGate> = {}): ChangeGate {
  return {
    open: false,
    answer: 'undecided',
    cause: 'undecided',
    reason: 'nothing decided covers it',
    since: null,
    needs: null,
    changeId: 'c',
    changeTitle: 'Move to the smaller model',
    recordId: null,
    decidedAt: null,
    decidedBy: [],
    validUntil: null,
    ...given,
  }
}

/** A change for tests that somebody confirmed, and of which nothing else is known; whoever reads it may do nothing. */
export function dossierOf(given: Partial<Dossier> = {}): Dossier {
  return {
    change: {
      id: 'c',
      systemId: 's',
      system: 'support-bot',
      environment: 'production',
      status: 'confirmed',
      changeTypes: ['model'],
      intent: 'proposed',
      changeClass: 'normal',
      title: 'Move to the smaller model',
      source: { origin: 'manual', revision: null },
      fingerprints: { before: null, after: null, change: 'sha256:0' },
      before: null,
      after: null,
      delta: [],
      risk: null,
      authorId: 'a',
      statusReason: null,
      mergedInto: null,
      duplicates: [],
      observations: 0,
      openedAt: at,
      updatedAt: at,
      digest: 'sha256:0',
      authorName: 'Ada',
      authorEmail: null,
      settledBy: null,
      settledByName: null,
      settledByEmail: null,
    },
    life: {
      changeId: 'c',
      stage: 'planned',
      decision: 'undecided',
      running: 'not_yet',
      waitsFor: null,
      next: null,
      steps: [],
      recordId: null,
      revision: null,
      endedAt: null,
      rolledBackAt: null,
      rolledBackBy: null,
      reverses: null,
      asDecided: null,
      verification: null,
      superseded: false,
      closeCode: null,
    },
    gate: gateOf(),
    assessments: [],
    decisions: [],
    records: [],
    findings: [],
    emergency: null,
    plans: [],
    determinations: { determination: 'not_asked', items: [] },
    history: [],
    people: {},
    reader: {
      mayConfirm: false,
      mayAssess: false,
      mayPropose: false,
      mayApprove: false,
      mayClose: false,
      mayDeclareEmergency: false,
      mayNot: {},
    },
    ...given,
  }
}
