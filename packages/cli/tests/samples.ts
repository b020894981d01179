import { createHash } from 'node:crypto'
import {
  type AssessmentView,
  type Change,
  type Decision,
  type Evaluation,
  type Life,
  type Determinations,
  lifeSteps,
  type Me,
  type Session,
  type System,
} from '@afterai/contract'
import { assess, defaultPlan, importCsv, type EvaluationRun } from '@afterai/evidence'

/** Ids of the things below. */
export const ids = {
  change: '01980a2c-0000-7000-8000-00000000c001',
  otherChange: '01980a2c-0000-7000-8000-00000000c002',
  decision: '01980c77-0000-7000-8000-00000000d001',
  assessment: '01980b11-0000-7000-8000-00000000a001',
  evaluation: '01980a90-0000-7000-8000-00000000e001',
  person: '01980a00-0000-7000-8000-00000000f001',
  tenant: '01980a00-0000-7000-8000-00000000b001',
} as const

const at = '2026-11-23T10:00:00.000Z'
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

/** The digest that an approval must bind to. */
export const evidenceDigest = digest('e')

/** A session that lasts for `seconds`. */
export function session(name: string, seconds: number): Session {
  return {
    accessToken: `access-${name}`,
    accessTokenExpiresAt: new Date(Date.now() + seconds * 1000).toISOString(),
    refreshHandle: `refresh-${name}`,
    expiresAt: '2030-01-01T00:00:00.000Z',
    tenant: 'main',
  }
}

const tenant = {
  id: ids.tenant,
  slug: 'main',
  name: 'Main',
  role: 'admin',
  sample: false,
  instance: false,
  suspended: false,
} as const

/** Who is signed in. */
export const me: Me = {
  accountId: ids.person,
  name: 'Ada',
  kind: 'person',
  role: 'admin',
  credential: 'bearer',
  permissions: ['session:own'],
  tenant,
  tenants: [tenant],
}

/** A system of which nothing was observed. */
export const system: System = {
  id: ids.tenant,
  name: 'support-bot',
  title: 'Support bot',
  owner: null,
  createdAt: at,
  productionAssumedAt: null,
  environments: [],
}

/** A change of model. */
export function change(id: string, title = 'Model acme-large to acme-small'): Change {
  return {
    id,
    systemId: ids.tenant,
    system: 'support-bot',
    environment: 'production',
    status: 'pending',
    changeTypes: ['model'],
    intent: 'observed',
    changeClass: 'normal',
    title,
    source: { origin: 'manual', revision: null },
    fingerprints: { before: digest('a'), after: digest('b'), change: digest('c') },
    before: null,
    after: null,
    delta: [{ category: 'model', path: '/model/name', before: 'acme-large', after: 'acme-small' }],
    risk: null,
    authorId: ids.person,
    authorName: 'Ada',
    authorEmail: 'ada@example.com',
    settledBy: null,
    settledByName: null,
    settledByEmail: null,
    statusReason: null,
    mergedInto: null,
    duplicates: [],
    observations: 1,
    openedAt: at,
    updatedAt: at,
    digest: digest('d'),
  }
}

/** A decision that waits for its approval. */
export const decision: Decision = {
  id: ids.decision,
  changeId: ids.change,
  status: 'proposed',
  decision: 'not_act',
  decisionDetail: 'reject',
  justification: 'It loses too much.',
  implementationPlan: null,
  backoutPlan: null,
  testPlan: null,
  riskImpactAnalysis: null,
  conditions: [],
  checks: [],
  reviewBy: null,
  assessmentIds: [ids.assessment],
  supersedes: null,
  authorId: ids.person,
  authorName: 'Ada',
  authorEmail: 'ada@example.com',
  proposedAt: at,
  evidence: 'assessed',
  approvalsMissing: 1,
  validUntil: null,
  approvalPolicy: { ruleType: 'single_approver', quorum: 1, allowSelfApproval: false },
  approvals: [],
  evidenceDigest,
  evidenceChanged: false,
  recordId: null,
}

/** The results of 40 cases of which a share pass. */
function results(passes: (index: number) => boolean): EvaluationRun {
  const rows = Array.from({ length: 40 }, (_, index) => `q${index},${passes(index) ? 1 : 0}`)
  const bytes = Buffer.from(`case_id,pass\n${rows.join('\n')}\n`)
  const source = { chunks: () => [bytes], sha256: () => createHash('sha256'), digest: (it: string) => it }
  const mapping = { caseId: 'case_id', metrics: [{ name: 'pass', column: 'pass', kind: 'binary' as const }] }
  const result = importCsv(source, { mapping })
  if (!result.ok) throw new Error('the sample cannot be imported')
  return result.run
}

/** A kept assessment that found a material regression. */
export const assessment: AssessmentView = {
  id: ids.assessment,
  changeId: ids.change,
  changeDigest: digest('d'),
  baselineEvaluationId: ids.evaluation,
  candidateEvaluationId: ids.otherChange,
  plan: defaultPlan,
  assessment: assess(
    results(() => true),
    results((index) => index % 2 === 0),
  ),
  underPlan: {
    basis: 'given_with_results',
    follows: false,
    planId: null,
    version: null,
    planDigest: null,
    sealedAt: null,
    supersededBy: null,
    differences: [],
    findings: [],
    attempts: { count: 0, notAssessed: 0, otherCases: 0, otherSystems: 0, items: [] },
  },
  digest: digest('e'),
  authorId: ids.person,
  authorName: 'Ada',
  authorEmail: 'ada@example.com',
  createdAt: at,
}

/** An imported evaluation. */
export const evaluation: Evaluation = {
  id: ids.evaluation,
  system: 'support-bot',
  label: 'before',
  format: 'csv',
  selection: null,
  sourceDigest: digest('f'),
  caseDigest: digest('c'),
  ranAt: null,
  receivedAt: at,
  sizeBytes: 120,
  cases: 10,
  errors: 0,
  metrics: [{ name: 'pass', kind: 'binary', direction: 'up' }],
  dropped: [{ field: 'output', count: 10 }],
  digestedIdentifiers: 0,
  notes: [],
  repeats: 0,
  table: null,
  importedBy: ids.person,
  importedByName: 'Ada',
  importedByEmail: 'ada@example.com',
  createdAt: at,
}

/** The life of a change; `text` is what others wrote in it. */
export function life(changeId: string, text = 'Ada'): Life {
  return {
    changeId,
    stage: 'planned',
    decision: 'undecided',
    running: 'not_yet',
    waitsFor: 'a decision',
    next: `afterai decide ${changeId}`,
    steps: lifeSteps.map((step) => ({ step, at: '2026-11-24T09:12:31.000Z', by: text, note: text })),
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
  }
}

/** What was said of a change in the words of regulators; `text` is what others wrote in it. */
export function determined(changeId: string, text = 'Ada'): Determinations {
  const said = { id: ids.assessment, changeId, determinedAt: at, determinedBy: ids.person }
  return {
    determination: 'substantial',
    items: [{ ...said, determination: 'substantial', reason: text, determinedByName: text }],
  }
}
