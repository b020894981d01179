import { type PolicyRule, ProblemError, type ProposeDecision } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { permissionsHeld, type Principal } from '../access/index.ts'
import { readChangeDigests } from '../ace/index.ts'
import { readAssessmentDigests } from '../aura/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { type Delegator, selectDelegators } from '../policy/index.ts'
import { placeOf, type Voting } from './approval-policy.ts'
import { evidenceDigest, ruleOf } from './dossier.ts'

/** A decision that waits for approvers, and whether one of them is whoever asks. */
export interface OpenVote {
  readonly decisionId: string
  readonly changeId: string
  readonly proposedAt: Date
  /** Why they may not approve it now; null: they may. */
  readonly refusal: ProblemError | null
}

interface OpenRow {
  readonly id: string
  readonly change_id: string
  readonly rule: PolicyRule | null
  readonly proposal: ProposeDecision
  readonly author_id: string
  readonly proposed_at: Date
  readonly requester_id: string
  readonly implementer_id: string | null
  readonly approvals: readonly {
    readonly approverId: string
    readonly onBehalfOf: string | null
    readonly verdict: 'approve' | 'reject'
    readonly evidenceDigest: string
  }[]
}

/** The open decisions of changes, by the change, and whether somebody may approve each: as an approval of theirs would be judged now. */
export async function readOpenVotes(
  tx: Transaction,
  principal: Principal,
  changeIds: readonly string[],
): Promise<Map<string, OpenVote>> {
  if (changeIds.length === 0) return new Map()
  const { tenantId, accountId } = principal
  const [rows, delegators] = await together(tx, [
    selectOpen(tx, tenantId, changeIds),
    selectDelegators(tx, tenantId, accountId),
  ])
  const digests = await currentDigests(tx, tenantId, rows)
  const vote = (row: OpenRow): OpenVote => ({
    decisionId: row.id,
    changeId: row.change_id,
    proposedAt: row.proposed_at,
    refusal: refusalOf(principal, row, { evidenceDigest: digests.get(row.id) ?? '', delegators }),
  })
  return new Map(rows.map((row) => [row.change_id, vote(row)]))
}

function selectOpen(tx: Transaction, tenantId: string, changeIds: readonly string[]): CompiledQuery<OpenRow> {
  return sql<OpenRow>`
    select d.id, d.change_id, d.rule, d.proposal, d.author_id, d.proposed_at, c.author_id as requester_id, c.implemented_by as implementer_id,
      coalesce((
        select jsonb_agg(jsonb_build_object('approverId', a.approver_id, 'onBehalfOf', a.on_behalf_of, 'verdict', a.verdict,
          'evidenceDigest', a.evidence_digest) order by a.at)
        from approval a where a.tenant_id = d.tenant_id and a.decision_id = d.id
      ), '[]') as approvals
    from decision d join change c on c.tenant_id = d.tenant_id and c.id = d.change_id
    where d.tenant_id = ${tenantId} and d.change_id = any(${changeIds}::uuid[]) and d.status = 'proposed'`.compile(tx)
}

/** The digests of what decisions rest on now: wanted only where a verdict was given, which counts for them alone. */
async function currentDigests(
  tx: Transaction,
  tenantId: string,
  rows: readonly OpenRow[],
): Promise<Map<string, string>> {
  const begun = rows.filter(({ approvals }) => approvals.length > 0)
  const changeIds = begun.map((row) => row.change_id)
  const changes = await readChangeDigests(tx, tenantId, changeIds)
  const assessments = await readAssessmentDigests(tx, tenantId, changeIds)
  return new Map(
    begun.map(({ id, change_id: changeId, proposal }) => [
      id,
      evidenceDigest(changes.get(changeId) ?? '', assessments.get(changeId) ?? [], proposal),
    ]),
  )
}

function refusalOf(
  principal: Principal,
  row: OpenRow,
  {
    evidenceDigest: digest,
    delegators,
  }: { readonly evidenceDigest: string; readonly delegators: readonly Delegator[] },
): ProblemError | null {
  const voting = {
    status: 'proposed' as const,
    rule: ruleOf(row).approvals,
    authorId: row.author_id,
    requesterId: row.requester_id,
    implementerId: row.implementer_id,
    approvals: row.approvals.map(({ onBehalfOf, ...it }) => ({ ...it, onBehalfOf: onBehalfOf ?? undefined })),
    evidenceDigest: digest,
  }
  return approvalRefusal(principal, voting, delegators)
}

/** Why somebody may not approve a decision now; null: they may. As an approval of theirs would be judged. */
export function approvalRefusal(
  principal: Principal,
  voting: Voting,
  delegators: readonly Delegator[],
): ProblemError | null {
  if (!permissionsHeld(principal).includes('decision:approve')) {
    return new ProblemError('forbidden', { permission: 'decision:approve', detail: 'your role may not approve' })
  }
  const vote = {
    approverId: principal.accountId,
    role: principal.role,
    verdict: 'approve' as const,
    delegators: delegators.map((it) => it.accountId),
  }
  try {
    placeOf(voting, vote)
    return null
  } catch (error) {
    if (error instanceof ProblemError) return error
    throw error
  }
}
