import { type ChangeFacts, type Decision, ProblemError, type ProposeDecision } from '@afterai/contract'
import type { Selectable } from 'kysely'
import { digestOf, readChange } from '../ace/index.ts'
import { type AssessmentFacts, listAssessments } from '../aura/index.ts'
import type { Audit } from '../audit/audit.ts'
import { type Caller, type Principal, readMemberIdentity, seesAddress } from '../identity/index.ts'
import { json, sqlState, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { traced } from '../platform/tracing.ts'
import { approvalPolicy, statusAfter } from './approval-policy.ts'

type Row = Selectable<Tables['decision']>
type ApprovalRow = Selectable<Tables['approval']>

const uniqueViolation = '23505'

/** A decision with all that it rests on, as of now. */
export interface Dossier {
  readonly decision: Decision
  readonly change: ChangeFacts
  /** Every assessment of the change, whether the decision names it or not: a record hides none. */
  readonly assessments: readonly AssessmentFacts[]
  readonly proposal: ProposeDecision
}

/** Seals an approved decision in a record, in the transaction of the approval; answers the record's id. Wired in main.ts. */
export type SealRecord = (tx: Transaction, caller: Caller, dossier: Dossier) => Promise<string>

/** Proposes a decision on a confirmed change. @throws ProblemError `not_found`, `invalid_transition`, `invalid_request` */
export async function proposeDecision(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, proposal }: { changeId: string; proposal: ProposeDecision },
): Promise<Decision> {
  const { tenantId, accountId, name } = principal
  const change = await readChange(tx, tenantId, changeId)
  if (change.status !== 'confirmed') {
    throw new ProblemError('invalid_transition', {
      detail: `the change is ${change.status}; a decision needs a confirmed one`,
    })
  }
  const known = await listAssessments(tx, tenantId, changeId)
  refuseForeignAssessments(proposal.assessmentIds, known)
  await refuseUnknownRecord(tx, tenantId, proposal.supersedes)
  const id = newId()
  const row = {
    tenant_id: tenantId,
    id,
    change_id: changeId,
    status: 'proposed' as const,
    proposal: json(proposal),
    assessment_ids: proposal.assessmentIds,
    evidence_digest: evidenceDigest(change, known, proposal),
    author_id: accountId,
    author_name: name,
    author_email: await emailOf(tx, principal),
    settled_at: null,
  }
  try {
    await tx.insertInto('decision').values(row).execute()
  } catch (error) {
    if (sqlState(error) !== uniqueViolation) throw error
    throw new ProblemError('conflict', {
      detail: 'a decision on this change waits for its approver; settle that one first',
    })
  }
  await audit(tx, actor, {
    action: 'decision.propose',
    resource: `decision/${id}`,
    details: { changeId, decision: proposal.decision, decisionDetail: proposal.decisionDetail },
  })
  return (await readDossier(tx, tenantId, id)).decision
}

async function emailOf(tx: Transaction, { tenantId, accountId }: Principal): Promise<string | null> {
  return (await readMemberIdentity(tx, tenantId, accountId))?.email ?? null
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

function refuseForeignAssessments(wanted: readonly string[], known: readonly AssessmentFacts[]): void {
  const errors = wanted.flatMap((id, index) =>
    known.some((it) => it.id === id)
      ? []
      : [{ pointer: `/assessmentIds/${index}`, detail: 'is not an assessment of this change' }],
  )
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
}

async function refuseUnknownRecord(tx: Transaction, tenantId: string, id: string | undefined): Promise<void> {
  if (id === undefined) return
  const row = await tx
    .selectFrom('record')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/supersedes', detail: 'is not a record of yours' }],
    })
  }
}

/** What an approval binds to: the change, every assessment of it, and the proposal. Whatever is added or altered makes another digest. */
function evidenceDigest(
  change: ChangeFacts,
  assessments: readonly AssessmentFacts[],
  proposal: ProposeDecision,
): string {
  return digestOf({ change: change.digest, assessments: assessments.map(({ digest }) => digest).toSorted(), proposal })
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
  const approvals = await tx
    .selectFrom('approval')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('decision_id', '=', id)
    .orderBy('at')
    .execute()
  const record = await tx
    .selectFrom('record')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('decision_id', '=', id)
    .executeTakeFirst()
  // Until it is settled, what it says now; from then on, what the approver saw.
  const settled = row.status === 'proposed' ? undefined : approvals.at(-1)?.evidence_digest
  const current = settled ?? evidenceDigest(change, assessments, row.proposal)
  return {
    decision: toView(row, { approvals, recordId: record?.id ?? null, evidenceDigest: current }),
    change,
    assessments,
    proposal: row.proposal,
  }
}

/** Decisions, newest first; of one change where it is named. */
export async function listDecisions(
  tx: Transaction,
  principal: Principal,
  { limit, cursor, changeId }: { limit: number; cursor?: string | undefined; changeId?: string },
): Promise<{ items: Decision[]; nextCursor: string | null }> {
  const { tenantId } = principal
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('decision')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (it) => it.where('id', '<', before ?? ''))
    .$if(changeId !== undefined, (it) => it.where('change_id', '=', changeId ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, nextCursor } = toPage(rows, limit, ({ id }) => id)
  const decisions: Decision[] = []
  for (const id of items) decisions.push(viewDecision(principal, (await readDossier(tx, tenantId, id)).decision))
  return { items: decisions, nextCursor }
}

/**
 * Adds an approver's verdict. An approval seals the record in the same transaction.
 * @throws ProblemError `not_found`, `invalid_transition`, `self_approval`, `evidence_changed`
 */
export async function approveDecision(
  deps: { readonly audit: Audit; readonly sealRecord: SealRecord },
  tx: Transaction,
  caller: Caller,
  wanted: { id: string; verdict: 'approve' | 'reject'; evidenceDigest: string; comment?: string | undefined },
): Promise<Decision> {
  const { principal, actor } = caller
  const { tenantId, accountId, name } = principal
  await lockDecision(tx, tenantId, wanted.id)
  const { decision } = await readDossier(tx, tenantId, wanted.id)
  const status = statusAfter(decision, { approverId: accountId, verdict: wanted.verdict })
  if (decision.evidenceDigest !== wanted.evidenceDigest) throw new ProblemError('evidence_changed')
  await tx
    .insertInto('approval')
    .values({
      tenant_id: tenantId,
      decision_id: wanted.id,
      approver_id: accountId,
      approver_name: name,
      approver_email: await emailOf(tx, principal),
      verdict: wanted.verdict,
      comment: wanted.comment ?? null,
      evidence_digest: wanted.evidenceDigest,
    })
    .execute()
  await tx
    .updateTable('decision')
    .set({ status, settled_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', wanted.id)
    .execute()
  const dossier = await readDossier(tx, tenantId, wanted.id)
  await deps.audit(tx, actor, {
    action: `decision.${wanted.verdict}`,
    resource: `decision/${wanted.id}`,
    details: { evidenceDigest: wanted.evidenceDigest },
    change: { before: decision, after: dossier.decision },
  })
  if (status === 'rejected') return dossier.decision
  return { ...dossier.decision, recordId: await traced('seal record', () => deps.sealRecord(tx, caller, dossier)) }
}

// Two approvers at once take turns on the decision's row; and what is sealed of the change is what was approved.
async function lockDecision(tx: Transaction, tenantId: string, id: string): Promise<void> {
  const decision = await tx
    .selectFrom('decision')
    .select('change_id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (decision === undefined) return
  await tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', decision.change_id)
    // Against a risk that is set meanwhile, and an assessment that is added: both take the change's row.
    .forUpdate()
    .execute()
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
