import { type ChangeFacts, type Decision, type PolicyRule, ProblemError, type ProposeDecision } from '@afterai/contract'
import { readChange } from '../ace/index.ts'
import { type AssessmentFacts, listAssessments } from '../aura/index.ts'
import { type Audit, emailThen } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import { json, isUniqueViolation, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { traced } from '../platform/tracing.ts'
import { type Delegator, policiesIn, ruleFor, rulesIn, selectPolicies, selectDelegators } from '../policy/index.ts'
import { placeOf, statusAfter } from './approval-policy.ts'
import { type Dossier, evidenceDigest, holdDossier, readDossier, selectApprovals, withVerdict } from './dossier.ts'

/** Seals an approved decision in a record, in the transaction of the approval; answers the record's id. Wired in instance/composition.ts. */
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
  const rule = await ruleOfChange(tx, tenantId, change)
  if (proposal.assessmentIds.length === 0 && rule.assessment !== 'wanted') {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/assessmentIds', detail: 'the policy wants an assessment here; make one: afterai assess' }],
    })
  }
  const known = await listAssessments(tx, tenantId, changeId)
  refuseForeignAssessments(proposal.assessmentIds, known)
  if (rule.assessment === 'planned' && proposal.decision === 'act')
    refuseUnplanned(changeId, proposal.assessmentIds, known)
  await refuseUnknownRecord(tx, tenantId, proposal.supersedes)
  const id = newId()
  const row = {
    tenant_id: tenantId,
    id,
    change_id: changeId,
    status: 'proposed' as const,
    proposal: json(proposal),
    assessment_ids: proposal.assessmentIds,
    rule: json<PolicyRule | null>(rule),
    evidence_digest: evidenceDigest(
      change.digest,
      known.map(({ digest }) => digest),
      proposal,
    ),
    author_id: accountId,
    author_name: name,
    author_email: emailThen(principal),
    settled_at: null,
  }
  try {
    await tx.insertInto('decision').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('conflict', {
      detail: 'a decision on this change waits for its approver; settle that one first',
    })
  }
  await audit(tx, actor, {
    action: 'decision.propose',
    resource: `decision/${id}`,
    details: {
      changeId,
      decision: proposal.decision,
      decisionDetail: proposal.decisionDetail,
      evidence: proposal.assessmentIds.length === 0 ? 'none' : 'assessed',
    },
  })
  return (await readDossier(tx, tenantId, id)).decision
}

async function ruleOfChange(tx: Transaction, tenantId: string, change: ChangeFacts): Promise<PolicyRule> {
  const [policies] = await together(tx, [selectPolicies(tx, tenantId)])
  const { rules } = rulesIn(policiesIn(policies), change, new Date())
  return ruleFor(rules, { ...change, severity: change.risk?.severity ?? null })
}

function refuseForeignAssessments(wanted: readonly string[], known: readonly AssessmentFacts[]): void {
  const errors = wanted.flatMap((id, index) =>
    known.some((it) => it.id === id)
      ? []
      : [{ pointer: `/assessmentIds/${index}`, detail: 'is not an assessment of this change' }],
  )
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
}

/** Only what was settled before the results counts for acting; not to act needs no such care. */
function refuseUnplanned(changeId: string, wanted: readonly string[], known: readonly AssessmentFacts[]): void {
  const errors = wanted.flatMap((id, index) => {
    const under = known.find((it) => it.id === id)?.underPlan ?? null
    if (under?.follows === true) return []
    return [{ pointer: `/assessmentIds/${index}`, detail: `${planFault(under)}; ${planRemedy(changeId, under)}` }]
  })
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
}

function planFault(under: AssessmentFacts['underPlan']): string {
  if (under === null || under.basis === 'given_with_results') {
    return 'rests on no plan, and the policy wants one that was sealed before the results'
  }
  if (under.basis === 'sealed_after_results') return 'has a plan that was sealed after its results'
  const [difference] = under.differences
  if (difference !== undefined) return `differs from its plan: ${difference.path}`
  return `does not follow its plan: ${under.findings.find(({ breaks }) => breaks)?.text ?? ''}`
}

function planRemedy(changeId: string, under: AssessmentFacts['underPlan']): string {
  const isMendedByAssessing = under?.basis === 'sealed_before_results' && under.differences.length > 0
  return isMendedByAssessing
    ? `assess by the plan: afterai assess ${changeId} without margins of its own`
    : `seal one, evaluate anew, import, and assess: afterai plan seal ${changeId} --from plan.yaml`
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
  const before = await holdDossier(tx, tenantId, wanted.id)
  const { decision } = before
  const voting = {
    ...decision,
    rule: before.rule.approvals,
    requesterId: before.change.authorId,
    implementerId: before.implementerId,
  }
  const delegators = await delegatorsOf(tx, tenantId, accountId, voting.rule.people)
  const vote = {
    approverId: accountId,
    role: principal.role,
    verdict: wanted.verdict,
    delegators: delegators.map((it) => it.accountId),
  }
  const onBehalfOf = placeOf(voting, vote)
  const status = statusAfter(voting, vote)
  if (decision.evidenceDigest !== wanted.evidenceDigest) throw new ProblemError('evidence_changed')
  const approval = tx.insertInto('approval').values({
    tenant_id: tenantId,
    decision_id: wanted.id,
    approver_id: accountId,
    approver_name: name,
    approver_email: emailThen(principal),
    on_behalf_of: onBehalfOf,
    on_behalf_of_name: delegators.find((it) => it.accountId === onBehalfOf)?.name ?? null,
    verdict: wanted.verdict,
    comment: wanted.comment ?? null,
    evidence_digest: wanted.evidenceDigest,
  })
  const settled = tx
    .updateTable('decision')
    .set({ status, settled_at: status === 'proposed' ? null : new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', wanted.id)
    .returningAll()
  const [, rows, approvals] = await together(tx, [
    approval.compile(),
    settled.compile(),
    selectApprovals(tx, tenantId, [wanted.id]).compile(),
  ])
  const dossier = withVerdict(before, rows, approvals)
  await deps.audit(tx, actor, {
    action: `decision.${wanted.verdict}`,
    resource: `decision/${wanted.id}`,
    details: { evidenceDigest: wanted.evidenceDigest, ...(onBehalfOf === null ? {} : { onBehalfOf }) },
    change: { before: decision, after: dossier.decision },
    changeId: dossier.decision.changeId,
  })
  if (status !== 'approved') return dossier.decision
  return { ...dossier.decision, recordId: await traced('seal record', () => deps.sealRecord(tx, caller, dossier)) }
}

/** In whose places somebody may approve: of interest only where a rule names people, and them not. */
async function delegatorsOf(
  tx: Transaction,
  tenantId: string,
  accountId: string,
  people: readonly string[],
): Promise<readonly Delegator[]> {
  if (people.length === 0 || people.includes(accountId)) return []
  const [delegators] = await together(tx, [selectDelegators(tx, tenantId, accountId)])
  return delegators
}
