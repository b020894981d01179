import { type ChangeFacts, type Decision, ProblemError, type ProposeDecision } from '@afterai/contract'
import type { Selectable } from 'kysely'
import { digestOf, readChange, readChangeDigests } from '../ace/index.ts'
import { type AssessmentFacts, listAssessments, readAssessmentDigests } from '../aura/index.ts'
import { type Principal, seesAddress } from '../identity/index.ts'
import type { Tables, Transaction } from '../platform/database.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { approvalPolicy } from './approval-policy.ts'

type Row = Selectable<Tables['decision']>
type ApprovalRow = Selectable<Tables['approval']>

/** A decision with all that it rests on, as of now. */
export interface Dossier {
  readonly decision: Decision
  readonly change: ChangeFacts
  /** Every assessment of the change, whether the decision names it or not: a record hides none. */
  readonly assessments: readonly AssessmentFacts[]
  readonly proposal: ProposeDecision
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

/** What an approval binds to: the change, every assessment of it, and the proposal. Whatever is added or altered makes another digest. */
export function evidenceDigest(
  changeDigest: string,
  assessmentDigests: readonly string[],
  proposal: ProposeDecision,
): string {
  return digestOf({ change: changeDigest, assessments: assessmentDigests.toSorted(), proposal })
}

/** A decision with its change and assessments. @throws ProblemError `not_found` */
export async function readDossier(tx: Transaction, tenantId: string, id: string): Promise<Dossier> {
  const row = await tx
    .selectFrom('decision')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no decision with this id' })
  const change = await readChange(tx, tenantId, row.change_id)
  const assessments = await listAssessments(tx, tenantId, row.change_id)
  const approvals = (await readApprovals(tx, tenantId, [id])).get(id) ?? []
  const recordId = (await readRecordIds(tx, tenantId, [id])).get(id) ?? null
  const digests = assessments.map(({ digest }) => digest)
  const current = settledDigest(row, approvals) ?? evidenceDigest(change.digest, digests, row.proposal)
  return {
    decision: toView(row, { approvals, recordId, evidenceDigest: current }),
    change,
    assessments,
    proposal: row.proposal,
  }
}

/** Until a decision is settled its digest is of what it rests on now; from then on, of what the approver saw. */
function settledDigest(row: Row, approvals: readonly ApprovalRow[]): string | undefined {
  return row.status === 'proposed' ? undefined : approvals.at(-1)?.evidence_digest
}

/** The approvals of decisions, by decision, in the order in which they came. */
async function readApprovals(
  tx: Transaction,
  tenantId: string,
  decisionIds: readonly string[],
): Promise<Map<string, ApprovalRow[]>> {
  if (decisionIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('approval')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('decision_id', 'in', decisionIds)
    .orderBy('at')
    .execute()
  return Map.groupBy(rows, (row) => row.decision_id)
}

/** The records of decisions, by decision. */
async function readRecordIds(
  tx: Transaction,
  tenantId: string,
  decisionIds: readonly string[],
): Promise<Map<string, string>> {
  if (decisionIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('record')
    .select(['id', 'decision_id'])
    .where('tenant_id', '=', tenantId)
    .where('decision_id', 'in', decisionIds)
    .execute()
  return new Map(rows.map((row) => [row.decision_id, row.id]))
}

/** Decisions, newest first; of one change where it is named. As many statements for a page as for one of them. */
export async function listDecisions(
  tx: Transaction,
  principal: Principal,
  { limit, cursor, changeId }: { limit: number; cursor?: string | undefined; changeId?: string },
): Promise<{ items: Decision[]; nextCursor: string | null }> {
  const { tenantId } = principal
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('decision')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (it) => it.where('id', '<', before ?? ''))
    .$if(changeId !== undefined, (it) => it.where('change_id', '=', changeId ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, nextCursor } = toPage(rows, limit, (row) => row)
  const ids = items.map(({ id }) => id)
  const approvalsOf = await readApprovals(tx, tenantId, ids)
  const recordIdOf = await readRecordIds(tx, tenantId, ids)
  const open = items.filter((row) => settledDigest(row, approvalsOf.get(row.id) ?? []) === undefined)
  const changeIds = open.map((row) => row.change_id)
  const changeDigestOf = await readChangeDigests(tx, tenantId, changeIds)
  const assessmentDigestsOf = await readAssessmentDigests(tx, tenantId, changeIds)
  const view = (row: Row): Decision => {
    const approvals = approvalsOf.get(row.id) ?? []
    const now = (): string =>
      evidenceDigest(
        changeDigestOf.get(row.change_id) ?? '',
        assessmentDigestsOf.get(row.change_id) ?? [],
        row.proposal,
      )
    const current = settledDigest(row, approvals) ?? now()
    const recordId = recordIdOf.get(row.id) ?? null
    return viewDecision(principal, toView(row, { approvals, recordId, evidenceDigest: current }))
  }
  return { items: items.map(view), nextCursor }
}

function toView(
  row: Row,
  {
    approvals,
    recordId,
    evidenceDigest,
  }: { approvals: readonly ApprovalRow[]; recordId: string | null; evidenceDigest: string },
): Decision {
  const { proposal } = row
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
    reviewBy: proposal.reviewBy ?? null,
    assessmentIds: row.assessment_ids,
    supersedes: proposal.supersedes ?? null,
    authorId: row.author_id,
    authorName: row.author_name,
    authorEmail: row.author_email,
    proposedAt: row.proposed_at.toISOString(),
    approvalPolicy,
    approvals: approvals.map((it) => ({
      approverId: it.approver_id,
      approverName: it.approver_name,
      approverEmail: it.approver_email,
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
