import { type Dossier, ProblemError } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Principal } from '../access/index.ts'
import { changeIn, changeViewIn, determinationsIn, selectChange, selectDeterminations } from '../ace/index.ts'
import {
  assessmentViewsIn,
  planViewsIn,
  selectAssessmentDigests,
  selectNewestAssessments,
  selectPlans,
} from '../aura/index.ts'
import { approvalRefusal, decisionsIn, ruleOf, selectApprovalsOf, selectDecisionsOf } from '../pacr/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { selectDelegators, selectPolicies } from '../policy/index.ts'
import {
  emergencyIn,
  findingView,
  gateOnChange,
  lifeOf,
  livesIn,
  selectEmergency,
  selectFindings,
  selectLives,
  selectRulingOf,
} from '../standing/index.ts'
import { historyIn, selectHistory } from './change-history.ts'
import { readerOf, whyNoEmergency } from './reader.ts'
import { heldBy, refuseWithout } from './waiting.ts'

/** Of each kind so many, the newest. */
const most = 20

interface RecordRow {
  readonly id: string
  readonly decision_id: string
  readonly sealed_at: Date
  readonly idx: number | null
}

/** All of one change, for one page: by one question, and another for names that it doesn't tell itself. @throws ProblemError `not_found`, `forbidden` */
export async function readDossier(tx: Transaction, principal: Principal, changeId: string): Promise<Dossier> {
  const held = heldBy(principal)
  refuseWithout(held, ['change:read', 'assessment:read', 'record:read'])
  const found = await ask(tx, principal, changeId)
  const { change, facts, decisions, decisionRows, delegators } = found
  const open = decisions.find(({ status }) => status === 'proposed')
  const row = decisionRows.find(({ id }) => id === open?.id)
  const refusal =
    open === undefined || row === undefined
      ? null
      : approvalRefusal(
          principal,
          {
            status: open.status,
            rule: ruleOf(row).approvals,
            authorId: open.authorId,
            requesterId: change.authorId,
            implementerId: found.implementerId,
            approvals: open.approvals,
            evidenceDigest: open.evidenceDigest,
          },
          delegators,
        )
  const dossier = {
    change,
    life: lifeOf(facts),
    assessments: found.assessments,
    decisions,
    records: found.records,
    findings: found.findings,
    emergency: found.emergency,
    plans: found.plans,
    determinations: found.determinations,
    history: found.history,
  }
  const { tenantId } = principal
  const emergency = found.emergency === null ? null : emergencyFor(found.emergency)
  const gated = { change, known: found, emergency, rulings: found.rulings }
  // At once: both are known to be needed only now.
  const [gate, people] = await Promise.all([gateOnChange(tx, tenantId, gated), namesIn(tx, tenantId, dossier)])
  return {
    ...dossier,
    gate,
    people,
    reader: readerOf(held, { change, facts, open, refusal, whyNoEmergency: whyNoEmergency(principal, found) }),
  }
}

async function ask(tx: Transaction, principal: Principal, changeId: string) {
  const { tenantId, accountId } = principal
  const answers = await together(tx, [
    selectChange(tx, tenantId, sql<string>`${changeId}::uuid`),
    selectLives(tx, tenantId, [changeId]),
    selectPolicies(tx, tenantId),
    selectNewestAssessments(tx, tenantId, { changeId, limit: most }),
    selectAssessmentDigests(tx, tenantId, [changeId]),
    selectDecisionsOf(tx, tenantId, { changeId, limit: most }),
    selectApprovalsOf(tx, tenantId, changeId),
    selectRecords(tx, tenantId, changeId),
    selectPlans(tx, tenantId, changeId),
    selectDeterminations(tx, tenantId, changeId),
    selectHistory(tx, tenantId, changeId),
    selectDelegators(tx, tenantId, accountId),
    selectFindings(tx, tenantId, changeId),
    selectEmergency(tx, tenantId, changeId),
    selectRulingOf(tx, tenantId, changeId),
  ])
  const [changes, lives, policies, assessments, digests, decisionRows, approvals, records] = answers
  const change = changeViewIn(principal, changes)
  const [life] = livesIn(lives, policies)
  if (life === undefined) throw new ProblemError('not_found', { detail: 'there is no change with this id' })
  return {
    change,
    implementerId: changeIn(changes).implementerId,
    facts: life.facts,
    rule: life.rule,
    findings: answers[12].map(findingView),
    emergency: emergencyIn(answers[13]),
    assessments: assessmentViewsIn(principal, assessments),
    decisionRows,
    decisions: decisionsIn(principal, {
      rows: decisionRows,
      approvals,
      records,
      digests: { change: change.digest, assessments: digests.map(({ digest }) => digest) },
    }),
    records: records.map(recordOf),
    plans: planViewsIn(principal, answers[8]),
    determinations: determinationsIn(answers[9]),
    history: historyIn(answers[10]),
    delegators: answers[11],
    rulings: answers[14],
  }
}

function selectRecords(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<RecordRow> {
  return sql<RecordRow>`
    select r.id, r.decision_id, r.sealed_at, e.idx
    from record r left join ledger_entry e on e.tenant_id = r.tenant_id and e.entry_id = r.id
    where r.tenant_id = ${tenantId} and r.change_id = ${changeId}
    order by r.sealed_at desc limit ${most}`.compile(tx)
}

function recordOf({ id, decision_id: decisionId, sealed_at: sealedAt, idx }: RecordRow): Dossier['records'][number] {
  const state = idx === null ? 'pending' : 'integrated'
  return { id, decisionId, number: idx, sealedAt: sealedAt.toISOString(), state }
}

function emergencyFor({ reason, declaredByName, decideBy }: NonNullable<Dossier['emergency']>) {
  return { by: declaredByName ?? 'somebody', reason, due: new Date(decideBy) }
}

type Told = readonly (readonly [id: string | null | undefined, name: string | null | undefined])[]

/** The names of the accounts that a dossier names: as it tells them itself, else as the tenant has them, or had them last. */
async function namesIn(
  tx: Transaction,
  tenantId: string,
  { change, assessments, decisions, plans, findings, determinations }: Omit<Dossier, 'gate' | 'people' | 'reader'>,
): Promise<Dossier['people']> {
  const told: Told = [
    [change.authorId, change.authorName],
    [change.settledBy, change.settledByName],
    ...plans.map((it) => [it.sealedBy, it.sealedByName] as const),
    ...findings.map((it) => [it.foundBy, it.foundByName] as const),
    ...determinations.items.map((it) => [it.determinedBy, it.determinedByName] as const),
    ...assessments.map((it) => [it.authorId, it.authorName] as const),
    ...decisions.flatMap((it) => [
      [it.authorId, it.authorName] as const,
      ...(it.approvalPolicy.people ?? []).map((id) => [id, null] as const),
      ...it.approvals.map(({ onBehalfOf, onBehalfOfName }) => [onBehalfOf, onBehalfOfName] as const),
      ...it.approvals.map(({ approverId, approverName }) => [approverId, approverName] as const),
    ]),
  ]
  const names = new Map(told.flatMap(([id, name]) => (id == null || name == null ? [] : [[id, name] as const])))
  const unnamed = new Set(told.flatMap(([id]) => (id == null || names.has(id) ? [] : [id])))
  if (unnamed.size === 0) return Object.fromEntries(names)
  const [rows] = await together(tx, [selectNames(tx, tenantId, [...unnamed])])
  return Object.fromEntries([...names, ...rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const]))])
}

/**
 * The statement that reads the names of accounts: of members, and of those who were some as the trail named them last. Bounds in place of an
 * equality leave it an order that only the index by actors has: it never reads the trail for who is not in it.
 */
function selectNames(
  tx: Transaction,
  tenantId: string,
  ids: readonly string[],
): CompiledQuery<{ readonly id: string; readonly name: string | null }> {
  return sql<{ id: string; name: string | null }>`
    select it.id, case when m.name is not null then m.name else (
      select actor_name from audit_event where tenant_id = ${tenantId} and actor_id between it.id and it.id
      order by actor_id desc, id desc limit 1
    ) end as name
    from unnest(${ids}::uuid[]) as it (id)
    left join membership m on m.tenant_id = ${tenantId} and m.account_id = it.id`.compile(tx)
}
