import {
  type ChangeFacts,
  type Decision,
  type Determinations,
  type EvaluationPlanFacts,
  type PolicyRule,
  ProblemError,
  type ProposeDecision,
} from '@afterai/contract'
import { digestOf } from '@afterai/record'
import { type Selectable, sql } from 'kysely'
import {
  type AuthoredChange,
  changeIn,
  type CitedCard,
  citedCard,
  determinationsIn,
  selectCard,
  selectChange,
  selectDeterminations,
} from '../ace/index.ts'
import { type AssessmentFacts, assessmentsIn, plansIn, selectAssessments, selectPlans } from '../aura/index.ts'
import { type Principal, seesAddress } from '../access/index.ts'
import type { Tables, Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { firstRule, quorumOf } from '../policy/index.ts'
import { approvalPolicyOf } from './approval-policy.ts'

/** A decision as the database has it. */
export type DecisionRow = Selectable<Tables['decision']>
type Row = DecisionRow
/** An approval as the database has it. */
export type ApprovalRow = Selectable<Tables['approval']>

/** A decision with all that it rests on, as of now. */
export interface Dossier {
  readonly decision: Decision
  readonly change: ChangeFacts
  /** Who opened the change, as they were named then. */
  readonly changeAuthor: AuthoredChange['author']
  /** Every assessment of the change, whether the decision names it or not: a record hides none. */
  readonly assessments: readonly AssessmentFacts[]
  /** Every plan that was sealed for it, the first sealed first. */
  readonly plans: readonly EvaluationPlanFacts[]
  readonly proposal: ProposeDecision
  /** The rule that it is taken under. */
  readonly rule: PolicyRule
  /** Who said that the change runs; null while nobody did. */
  readonly implementerId: string | null
  /** What people say of the system; null where nobody has filled its card in. */
  readonly card: CitedCard | null
  /** What people say of the change in the words of regulators. */
  readonly determinations: Determinations
}

/** A decision as a principal may see it: of people, addresses are for admins and auditors, and one's own, as in the list of members. */
export function viewDecision(principal: Principal, decision: Decision): Decision {
  return {
    ...decision,
    authorEmail: seesAddress(principal, decision.authorId) ? decision.authorEmail : null,
    approvals: decision.approvals.map((it) => ({
      ...it,
      approverEmail: seesAddress(principal, it.approverId) ? it.approverEmail : null,
    })),
  }
}

/** Computes the digest that an approval binds to: of the change, every assessment of it, and the proposal. Whatever is added or altered makes another. */
export function evidenceDigest(
  changeDigest: string,
  assessmentDigests: readonly string[],
  proposal: ProposeDecision,
): string {
  return digestOf({ change: changeDigest, assessments: assessmentDigests.toSorted(), proposal })
}

/** A decision with its change and assessments, by one question. @throws ProblemError `not_found` */
export async function readDossier(tx: Transaction, tenantId: string, id: string): Promise<Dossier> {
  return dossierOf(await together(tx, [selectDecision(tx, tenantId, id).compile(), ...selectRest(tx, tenantId, id)]))
}

/**
 * The same of a decision that is held until the transaction ends: two approvers at once take turns on its row. Its change is held too,
 * against a risk that is set meanwhile, and an assessment that is added, which both take the change's row: what is sealed of it is what
 * was approved. @throws ProblemError `not_found`
 */
export async function holdDossier(tx: Transaction, tenantId: string, id: string): Promise<Dossier> {
  const holdChange = tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', changeIdOf(tenantId, id))
    .forUpdate()
  const [rows, , ...rest] = await together(tx, [
    selectDecision(tx, tenantId, id).forUpdate().compile(),
    holdChange.compile(),
    ...selectRest(tx, tenantId, id),
  ])
  return dossierOf([rows, ...rest])
}

/** A held dossier after a verdict: of all that it holds, the decision and its approvals alone can be others. */
export function withVerdict(dossier: Dossier, [row]: readonly Row[], approvals: readonly ApprovalRow[]): Dossier {
  if (row === undefined) throw noSuchDecision()
  const evidenceDigest = settledDigest(row, approvals) ?? dossier.decision.evidenceDigest
  return { ...dossier, decision: decisionOf(row, { approvals, recordId: dossier.decision.recordId, evidenceDigest }) }
}

/** The statement that reads the approvals of a decision, in the order in which they came. */
export function selectApprovals(tx: Transaction, tenantId: string, decisionIds: readonly string[]) {
  return tx
    .selectFrom('approval')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`decision_id = any(${decisionIds}::uuid[])`)
    .orderBy('at')
}

function selectDecision(tx: Transaction, tenantId: string, id: string) {
  return tx.selectFrom('decision').selectAll().where('tenant_id', '=', tenantId).where('id', '=', id)
}

/** The statement that reads the records of decisions. */
export function selectRecordIds(tx: Transaction, tenantId: string, decisionIds: readonly string[]) {
  return tx
    .selectFrom('record')
    .select(['id', 'decision_id'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`decision_id = any(${decisionIds}::uuid[])`)
}

// A decision stays with its change.
function changeIdOf(tenantId: string, id: string) {
  return sql<string>`(select change_id from decision where tenant_id = ${tenantId} and id = ${id})`
}

function systemIdOf(tenantId: string, id: string) {
  return sql<string>`(select system_id from change where tenant_id = ${tenantId} and id = ${changeIdOf(tenantId, id)})`
}

function selectRest(tx: Transaction, tenantId: string, id: string) {
  return [
    selectChange(tx, tenantId, changeIdOf(tenantId, id)),
    selectAssessments(tx, tenantId, changeIdOf(tenantId, id)),
    selectApprovals(tx, tenantId, [id]).compile(),
    selectRecordIds(tx, tenantId, [id]).compile(),
    selectCard(tx, tenantId, systemIdOf(tenantId, id)),
    selectDeterminations(tx, tenantId, changeIdOf(tenantId, id)),
    selectPlans(tx, tenantId, changeIdOf(tenantId, id)),
  ] as const
}

function dossierOf([[row], changes, assessmentRows, approvals, records, cards, determined, planRows]: readonly [
  readonly Row[],
  Parameters<typeof changeIn>[0],
  Parameters<typeof assessmentsIn>[0],
  readonly ApprovalRow[],
  readonly { readonly id: string }[],
  Parameters<typeof citedCard>[0],
  Parameters<typeof determinationsIn>[0],
  Parameters<typeof plansIn>[0],
]): Dossier {
  if (row === undefined) throw noSuchDecision()
  const { facts: change, author: changeAuthor, implementerId } = changeIn(changes)
  const assessments = assessmentsIn(assessmentRows)
  const digests = assessments.map(({ digest }) => digest)
  const current = settledDigest(row, approvals) ?? evidenceDigest(change.digest, digests, row.proposal)
  return {
    decision: decisionOf(row, { approvals, recordId: records[0]?.id ?? null, evidenceDigest: current }),
    change,
    changeAuthor,
    assessments,
    plans: plansIn(planRows),
    proposal: row.proposal,
    rule: ruleOf(row),
    implementerId,
    card: citedCard(cards),
    determinations: determinationsIn(determined),
  }
}

/** The rule that a decision is taken under. */
export function ruleOf({ rule }: Pick<Row, 'rule'>): PolicyRule {
  return rule ?? firstRule
}

const dayMs = 86_400_000

function validUntilOf({ status, settled_at: settledAt, rule }: Row): string | null {
  const days = rule?.validDays
  if (status !== 'approved' || settledAt === null || days === undefined) return null
  return new Date(settledAt.getTime() + days * dayMs).toISOString()
}

function noSuchDecision(): ProblemError {
  return new ProblemError('not_found', { detail: 'there is no decision with this id' })
}

/** Until a decision is settled its digest is of what it rests on now; from then on, of what the approver saw. */
export function settledDigest(row: Row, approvals: readonly ApprovalRow[]): string | undefined {
  return row.status === 'proposed' ? undefined : approvals.at(-1)?.evidence_digest
}

/** A decision as it is read, with the addresses of its people. */
export function decisionOf(
  row: Row,
  {
    approvals,
    recordId,
    evidenceDigest,
  }: { approvals: readonly ApprovalRow[]; recordId: string | null; evidenceDigest: string },
): Decision {
  const { proposal } = row
  const rule = ruleOf(row)
  const agreed = approvals.filter((it) => it.verdict === 'approve' && it.evidence_digest === evidenceDigest).length
  return {
    id: row.id,
    changeId: row.change_id,
    status: row.status,
    decision: proposal.decision,
    decisionDetail: proposal.decisionDetail,
    justification: proposal.justification,
    implementationPlan: proposal.implementationPlan ?? null,
    backoutPlan: proposal.backoutPlan ?? null,
    testPlan: proposal.testPlan ?? null,
    riskImpactAnalysis: proposal.riskImpactAnalysis ?? null,
    conditions: proposal.conditions,
    checks: proposal.checks ?? [],
    reviewBy: proposal.reviewBy ?? null,
    assessmentIds: row.assessment_ids,
    supersedes: proposal.supersedes ?? null,
    authorId: row.author_id,
    authorName: row.author_name,
    authorEmail: row.author_email,
    proposedAt: row.proposed_at.toISOString(),
    evidence: row.assessment_ids.length === 0 ? 'none' : 'assessed',
    approvalPolicy: approvalPolicyOf(rule.approvals),
    approvalsMissing: row.status === 'proposed' ? Math.max(quorumOf(rule.approvals) - agreed, 0) : 0,
    validUntil: validUntilOf(row),
    approvals: approvals.map((it) => ({
      approverId: it.approver_id,
      approverName: it.approver_name,
      approverEmail: it.approver_email,
      ...(it.on_behalf_of === null ? {} : { onBehalfOf: it.on_behalf_of }),
      ...(it.on_behalf_of_name === null ? {} : { onBehalfOfName: it.on_behalf_of_name }),
      verdict: it.verdict,
      comment: it.comment,
      evidenceDigest: it.evidence_digest,
      at: it.at.toISOString(),
    })),
    evidenceDigest,
    evidenceChanged: evidenceDigest !== row.evidence_digest,
    recordId,
  }
}
