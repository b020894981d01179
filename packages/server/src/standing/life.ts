import {
  asAsked,
  type Change,
  type Configuration,
  fingerprintOf,
  type Life,
  type PolicyRule,
  ProblemError,
} from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { policiesIn, ruleFor, rulesIn, selectPolicies } from '../policy/index.ts'
import { firstBroken, type RecordRow, ruledBy, rulingOf } from './rulings.ts'
import { heldBack } from './ruling.ts'
import { type Happened, type LifeFacts, lifeOf } from './life-of.ts'
import { type PlanState, planStateOf } from './plan-state.ts'
import { decideBy } from './standing-of.ts'

/** What the database knows of the life of a change. */
export interface LifeRow extends RecordRow {
  readonly id: string
  readonly system_id: string
  readonly change_types: Change['changeTypes']
  readonly change_class: Change['changeClass']
  readonly risk: Change['risk']
  readonly plan_state: PlanState
  readonly system: string
  readonly environment: string
  readonly status: Change['status']
  readonly intent: Change['intent']
  readonly opened_at: Date
  readonly author_name: string | null
  readonly fingerprint_before: string | null
  readonly fingerprint_after: string | null
  readonly planned: Configuration | null
  readonly implemented_at: Date | null
  readonly implemented_revision: string | null
  readonly open_decision_id: string | null
  readonly running_now: string | null
  readonly assessment_id: string | null
  readonly assessed_at: Date | null
  readonly assessed_by: string | null
  readonly assessed_as: string | null
  readonly tested_at: Date | null
  readonly tested_by: string | null
  readonly decided_by: string | null
  readonly started_at: Date | null
  readonly known_at: Date | null
  readonly ran: Configuration | null
  readonly ended_at: Date | null
  readonly undone_at: Date | null
  readonly undone_by: string | null
  readonly reverses: string | null
  readonly verified_at: Date | null
  readonly verified_by_name: string | null
  readonly evidence: string | null
  readonly verification: 'verified' | 'failed' | null
  readonly closed_at: Date | null
  readonly closed_by_name: string | null
  readonly emergency_due: Date | null
  readonly code: NonNullable<Life['closeCode']> | null
}

/** What is known of the life of a change, with what lists and pages show of it besides. */
export interface KnownLife {
  readonly facts: LifeFacts
  /** The rule that a decision on it would be taken under now. */
  readonly rule: PolicyRule
  readonly assessmentId: string | null
  /** The decision that is open, or else the one that was sealed last. */
  readonly decisionId: string | null
  /** By when what runs undecided is to be decided: by its rule, or as its emergency was declared. */
  readonly decideBy: Date | null
}

/** Where a change stands, and what it waits for. @throws ProblemError `not_found` */
export async function readLife(tx: Transaction, tenantId: string, changeId: string): Promise<Life> {
  return lifeOf(await readLifeFacts(tx, tenantId, changeId))
}

/** What is known of the life of a change, and by which rule it is decided. @throws ProblemError `not_found` */
export async function readLifeFacts(tx: Transaction, tenantId: string, changeId: string): Promise<LifeFacts> {
  const [rows, policyRows] = await together(tx, [selectLives(tx, tenantId, [changeId]), selectPolicies(tx, tenantId)])
  const [life] = livesIn(rows, policyRows)
  if (life === undefined) throw new ProblemError('not_found', { detail: 'there is no change with this id' })
  return life.facts
}

/** What is known of the lives of changes, without comparing what runs with what was decided: by two statements, however many they are. */
export async function readLives(
  tx: Transaction,
  tenantId: string,
  changeIds: readonly string[],
): Promise<Map<string, KnownLife>> {
  if (changeIds.length === 0) return new Map()
  const selected = selectLives(tx, tenantId, changeIds, { withConfigurations: false })
  const [rows, policyRows] = await together(tx, [selected, selectPolicies(tx, tenantId)])
  return new Map(livesIn(rows, policyRows).map((life) => [life.facts.changeId, life]))
}

/** What `selectLives` found, under the rules that `selectPolicies` found. */
export function livesIn(
  rows: readonly LifeRow[],
  policyRows: Parameters<typeof policiesIn>[0],
  now: Date = new Date(),
): KnownLife[] {
  const policies = policiesIn(policyRows)
  return rows.map((row) => {
    const { rules } = rulesIn(policies, { systemId: row.system_id, environment: row.environment }, now)
    const severity = row.risk?.severity ?? null
    const rule = ruleFor(rules, { changeTypes: row.change_types, changeClass: row.change_class, severity })
    const facts = { ...factsOf(row), planState: row.plan_state, rule, heldBack: whyHeldBack(row, now) }
    return {
      facts,
      rule,
      assessmentId: row.assessment_id,
      decisionId: row.open_decision_id ?? row.decided_by,
      decideBy: dueOf(row, facts, rule),
    }
  })
}

/** Why its own record lets it run no more, in a sentence. */
function whyHeldBack(row: LifeRow, now: Date): string | null {
  const ruling = rulingOf({ ...row, accepted_at: null, accepted_by_name: null })
  return ruling?.is === 'record' ? (heldBack(ruling, now)?.reason ?? null) : null
}

function dueOf(row: LifeRow, { approved, implemented }: KnownLife['facts'], rule: PolicyRule): Date | null {
  if (approved !== null) return null
  if (row.emergency_due !== null) return row.emergency_due
  if (implemented === null || rule.decision === 'never') return null
  const { at: startedAt } = implemented
  return decideBy({ startedAt, knownAt: row.known_at ?? startedAt, openedAt: row.opened_at }, rule)
}

/** The statement that reads what is known of the lives of changes. */
export function selectLives(
  tx: Transaction,
  tenantId: string,
  changeIds: readonly string[],
  { withConfigurations = true }: { readonly withConfigurations?: boolean } = {},
): CompiledQuery<LifeRow> {
  const content = (table: string) => (withConfigurations ? sql`${sql.table(table)}.content` : sql`null::jsonb`)
  return sql<LifeRow>`
    select c.id, c.system_id, c.change_types, c.change_class, c.risk, s.name as system, c.environment, c.status, c.intent, c.opened_at, c.author_name, c.fingerprint_before,
      c.fingerprint_after, ${content('planned')} as planned, c.implemented_at, c.implemented_revision, open.id as open_decision_id,
      head.fingerprint as running_now, a.id as assessment_id, a.created_at as assessed_at, a.author_name as assessed_by, a.verdict as assessed_as,
      t.created_at as tested_at, t.imported_by_name as tested_by,
      rec.record_id, rec.decision, rec.sealed_at, rec.review_by, rec.rule, rec.settled_at, rec.has_new_evidence, rec.broken, rec.broken_at,
      rec.approvers, rec.decision_id as decided_by,
      r.started_at, r.known_at, ${content('ran')} as ran, coalesce(next.started_at, c.ended_at) as ended_at,
      coalesce(undone.started_at, case when c.undone_by is not null then c.ended_at end) as undone_at,
      coalesce(undone.change_id, c.undone_by) as undone_by, coalesce(went_back.change_id, reversed.id) as reverses,
      ${planStateOf(tenantId, sql`c.id`, sql`now()`)} as plan_state,
      v.verified_at, v.verified_by_name, v.evidence, v.outcome as verification, cl.closed_at, cl.closed_by_name, cl.code,
      em.declared_at + em.within_hours * interval '1 hour' as emergency_due
    from change c
    -- With a limit each: joined to many changes, all systems, environments and evaluations would be read.
    cross join lateral (select name from system where tenant_id = c.tenant_id and id = c.system_id limit 1) s
    left join configuration planned on planned.tenant_id = c.tenant_id and planned.fingerprint = c.fingerprint_after
    left join lateral (
      select fingerprint from environment where tenant_id = c.tenant_id and system_id = c.system_id and name = c.environment limit 1
    ) head on true
    left join lateral (
      select id from decision where tenant_id = c.tenant_id and change_id = c.id and status = 'proposed' limit 1
    ) open on true
    left join lateral (
      select id, created_at, author_name, verdict, candidate_id from assessment
      where tenant_id = c.tenant_id and change_id = c.id order by id desc limit 1
    ) a on true
    left join lateral (
      select created_at, imported_by_name from evaluation where tenant_id = c.tenant_id and id = a.candidate_id limit 1
    ) t on true
    left join lateral (
      select ${ruledBy}, r.decision_id
      from (
        select * from record where tenant_id = c.tenant_id and change_id = c.id order by sealed_at desc limit 1
      ) r
      join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id ${firstBroken}
      limit 1
    ) rec on true
    left join run r on r.tenant_id = c.tenant_id and r.change_id = c.id
    left join configuration ran on ran.tenant_id = c.tenant_id and ran.fingerprint = r.fingerprint
    left join lateral (
      select started_at from run
      where tenant_id = c.tenant_id and system_id = c.system_id and environment = c.environment
        and (started_at, fingerprint) > (r.started_at, r.fingerprint)
      order by started_at, fingerprint limit 1
    ) next on true
    left join lateral (
      select fingerprint, started_at from run
      where tenant_id = c.tenant_id and system_id = c.system_id and environment = c.environment
        and (started_at, fingerprint) < (r.started_at, r.fingerprint)
      order by started_at desc, fingerprint desc limit 1
    ) previous on true
    -- Gone back on by the next run of what ran before it.
    left join lateral (
      select started_at, change_id from run
      where tenant_id = c.tenant_id and system_id = c.system_id and environment = c.environment
        and fingerprint = previous.fingerprint and started_at >= next.started_at
      order by started_at limit 1
    ) undone on true
    left join lateral (
      select started_at, fingerprint from run
      where tenant_id = c.tenant_id and system_id = c.system_id and environment = c.environment
        and fingerprint = r.fingerprint and started_at < r.started_at
      order by started_at desc limit 1
    ) earlier on true
    left join lateral (
      select change_id from run
      where tenant_id = c.tenant_id and system_id = c.system_id and environment = c.environment
        and (started_at, fingerprint) > (earlier.started_at, earlier.fingerprint)
      order by started_at, fingerprint limit 1
    ) went_back on true
    left join lateral (
      select id from change where tenant_id = c.tenant_id and undone_by = c.id order by id desc limit 1
    ) reversed on true
    left join verification v on v.tenant_id = c.tenant_id and v.change_id = c.id
    left join closure cl on cl.tenant_id = c.tenant_id and cl.change_id = c.id
    left join emergency em on em.tenant_id = c.tenant_id and em.change_id = c.id
    where c.tenant_id = ${tenantId} and c.id = any(${changeIds}::uuid[])`.compile(tx)
}

function factsOf(row: LifeRow): Omit<LifeFacts, 'planState' | 'rule' | 'heldBack'> {
  const { sealed_at: sealedAt, record_id: recordId, decision } = row
  const isSealed = sealedAt !== null && recordId !== null && decision !== null
  const approvers = (row.approvers ?? []).join(', ') || null
  // What was seen, or done already, runs since it was told, where nothing says when it began.
  const startedAt = row.started_at ?? row.implemented_at ?? (row.intent === 'proposed' ? null : row.opened_at)
  return {
    changeId: row.id,
    system: row.system,
    environment: row.environment,
    status: row.status,
    isPlan: row.intent === 'proposed',
    hasConfiguration: row.fingerprint_after !== null,
    hasRun: row.started_at !== null,
    recorded: { at: row.opened_at, by: row.author_name },
    tested: happened(row.tested_at, row.tested_by),
    assessed: happened(row.assessed_at, row.assessed_by, row.assessed_as),
    approved: isSealed ? { at: sealedAt, by: approvers, note: decision, recordId, decision } : null,
    openDecisionId: row.open_decision_id,
    implemented: happened(startedAt, null, row.implemented_revision),
    revision: row.implemented_revision,
    endedAt: row.ended_at,
    rolledBack: row.undone_at === null ? null : { at: row.undone_at, changeId: row.undone_by },
    reverses: row.reverses,
    verified:
      row.verified_at === null || row.verification === null
        ? null
        : { at: row.verified_at, by: row.verified_by_name, note: noteOf(row), outcome: row.verification },
    closed:
      row.closed_at === null || row.code === null
        ? null
        : { at: row.closed_at, by: row.closed_by_name, code: row.code },
    asDecided: decision === 'act' ? isAsDecided(row) : decision === 'not_act' && startedAt !== null ? false : null,
    isSuperseded: row.running_now !== null && row.fingerprint_before !== row.running_now,
  }
}

function noteOf({ verification, evidence }: LifeRow): string | null {
  return verification === null ? null : `${verification}: ${evidence ?? ''}`
}

function happened(at: Date | null, by: string | null, note: string | null = null): Happened | null {
  return at === null ? null : { at, by, note }
}

/** Whether what ran is what was decided, but for what only the provider says. */
function isAsDecided({ planned, ran }: LifeRow): boolean | null {
  if (planned === null || ran === null) return null
  return fingerprintOf(planned) === fingerprintOf(ran) || fingerprintOf(planned) === fingerprintOf(asAsked(ran))
}
