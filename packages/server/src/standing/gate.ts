import { type Change, type Configuration, type Gate, asAsked, fingerprintOf } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { changeTypesOf, configurationDelta, findSystem } from '../ace/index.ts'
import { type Band, isGreen } from '@afterai/evidence'
import { policiesIn, ruleFor, rulesIn, selectPolicies } from '../policy/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { envelopeVerdict, type StandardCandidate } from './envelope-of.ts'
import { type EnvelopeInForce, inForce, selectEnvelopes } from './envelopes.ts'
import { type GateFacts, gateOf } from './gate-of.ts'
import { type PlanState, planStateOf } from './plan-state.ts'
import { firstBroken, type RecordRow, ruledBy, rulingOf, type RulingRow } from './rulings.ts'

/** What is asked of the gate. */
export interface GateQuestion {
  readonly system: string
  readonly environment: string
  readonly configuration: Configuration
}

/** Whether a configuration may be deployed to an environment now. @throws ProblemError `not_found` where there is no such system */
export async function askGate(tx: Transaction, tenantId: string, question: GateQuestion): Promise<Gate> {
  const { id: systemId } = await findSystem(tx, tenantId, question.system)
  return askGateOf(tx, tenantId, { ...question, systemId })
}

/** The same, of a system whose id is known. */
export async function askGateOf(
  tx: Transaction,
  tenantId: string,
  { systemId, ...question }: GateQuestion & { readonly systemId: string },
): Promise<Gate> {
  const { environment, configuration } = question
  const at = new Date()
  const place = { systemId, environment }
  const [heads, candidates, accepted, plans, policyRows, envelopeRows] = await together(tx, [
    selectHead(tx, tenantId, place),
    selectCandidates(tx, tenantId, { ...place, fingerprint: fingerprintOf(configuration) }, at),
    selectAccepted(tx, tenantId, place),
    selectPlanned(tx, tenantId, place),
    selectPolicies(tx, tenantId),
    selectEnvelopes(tx, tenantId),
  ])
  const isThis = matches(configuration)
  const record = candidates.find(({ content }) => isThis(content))
  const baseline = accepted.find(({ content }) => isThis(content))
  const planned = plans.find(({ content }) => isThis(content))
  const head = heads[0]
  const { version, rules } = rulesIn(policiesIn(policyRows), place, at)
  const change = record ?? planned
  const delta = configurationDelta(head === undefined ? null : asAskedLike(configuration, head.content), configuration)
  const facts = {
    ruling: rulingOf({ ...noRuling, ...record, ...baseline }),
    change:
      change === undefined
        ? null
        : {
            id: change.change_id,
            status: change.status,
            openDecisionId: change.open_decision_id,
            plan: change.plan_state ?? 'none',
          },
    startsElsewhere:
      change !== undefined &&
      change.implemented_at === null &&
      head !== undefined &&
      !isThis(head.content) &&
      change.fingerprint_before !== head.fingerprint,
    rule: ruleFor(rules, ruledChange(planned, delta)),
    emergency: emergencyIn(planned),
    envelope: envelopeFor(
      inForce(envelopeRows, systemId, at),
      { environment, delta, isNotWorse: notWorse(planned) },
      at,
    ),
  }
  const { since, validUntil, ...verdict } = gateOf(facts, at)
  const isRecorded = facts.ruling?.is === 'record'
  return {
    ...verdict,
    since: since?.toISOString() ?? null,
    system: question.system,
    environment,
    fingerprint: fingerprintOf(configuration),
    changeId: change?.change_id ?? null,
    changeTitle: change?.title ?? null,
    recordId: isRecorded ? (record?.record_id ?? null) : null,
    decidedAt: isRecorded ? (record?.sealed_at?.toISOString() ?? null) : null,
    decidedBy: decidersOf(facts.ruling, record),
    validUntil: validUntil?.toISOString() ?? null,
    policyVersion: version,
    changeTypes: changeTypesOf(delta),
    delta,
    at: at.toISOString(),
  }
}

function decidersOf(ruling: GateFacts['ruling'], record: CandidateRow | undefined): string[] {
  if (ruling === null) return []
  if (ruling.is === 'record') return [...(record?.approvers ?? [])]
  return ruling.by === null ? [] : [ruling.by]
}

function emergencyIn(planned: PlannedRow | undefined): GateFacts['emergency'] {
  const { emergency_reason: reason = null, due = null, declared_by_name: by = null } = planned ?? {}
  return reason === null || due === null ? null : { by: by ?? 'somebody', reason, due }
}

function notWorse(planned: PlannedRow | undefined): boolean | null {
  const verdict = planned?.assessed_as ?? null
  return verdict === null ? null : isGreen(verdict)
}

function envelopeFor(
  envelopes: readonly EnvelopeInForce[],
  change: StandardCandidate,
  at: Date,
): GateFacts['envelope'] {
  const verdicts = envelopes.map(({ id, terms }) => ({ id, ...envelopeVerdict(terms, change, at) }))
  const inside = verdicts.find((it) => it.inside)
  if (inside !== undefined) return { id: inside.id }
  const [outside] = verdicts
  return outside === undefined || outside.inside ? null : { failing: `${outside.failing} (envelope ${outside.id})` }
}

/** Whether a configuration is the one that is asked about: the same, or the same but for what only the provider says. */
function matches(configuration: Configuration): (kept: Configuration) => boolean {
  const wanted = fingerprintOf(configuration)
  const asked = fingerprintOf(asAsked(configuration))
  // Who says what the provider serves means that, and nothing else.
  return (kept) => fingerprintOf(kept) === wanted || (wanted === asked && fingerprintOf(asAsked(kept)) === wanted)
}

/** What runs, as far as it can be compared with a configuration that says nothing of what the provider serves. */
function asAskedLike(configuration: Configuration, running: Configuration): Configuration {
  const { servedName, systemFingerprint } = configuration.model
  return servedName === undefined && systemFingerprint === undefined ? asAsked(running) : running
}

const noRuling: RulingRow = {
  record_id: null,
  decision: null,
  sealed_at: null,
  review_by: null,
  rule: null,
  settled_at: null,
  approvers: null,
  has_new_evidence: null,
  broken: null,
  broken_at: null,
  accepted_at: null,
  accepted_by_name: null,
}

function ruledChange(planned: PlannedRow | undefined, delta: ReturnType<typeof configurationDelta>) {
  return {
    changeTypes: planned?.change_types ?? changeTypesOf(delta),
    changeClass: planned?.change_class ?? 'normal',
    severity: planned?.risk?.severity ?? null,
  } as const
}

interface Place {
  readonly systemId: string
  readonly environment: string
}

interface Kept {
  readonly content: Configuration
}

/** The most configurations of an environment that are compared: those that were ruled on last. */
const compared = 200

function selectHead(tx: Transaction, tenantId: string, { systemId, environment }: Place) {
  return sql<Kept & { readonly fingerprint: string }>`
    select e.fingerprint, k.content from environment e
    join configuration k on k.tenant_id = e.tenant_id and k.fingerprint = e.fingerprint
    where e.tenant_id = ${tenantId} and e.system_id = ${systemId} and e.name = ${environment}`.compile(tx)
}

interface PlannedRow extends Kept {
  readonly change_id: string
  readonly title: string
  readonly status: Change['status']
  readonly change_types: Change['changeTypes']
  readonly change_class: Change['changeClass']
  readonly risk: Change['risk']
  readonly fingerprint_before: string | null
  readonly implemented_at: Date | null
  readonly open_decision_id: string | null
  readonly emergency_reason?: string | null
  readonly due?: Date | null
  readonly declared_by_name?: string | null
  readonly assessed_as?: Band | null
  readonly plan_state?: PlanState
}

type CandidateRow = PlannedRow & RecordRow

/** Of an environment the last record on this very configuration, and on each of those that were ruled on last; the last sealed first. */
function selectCandidates(
  tx: Transaction,
  tenantId: string,
  { systemId, environment, fingerprint }: Place & { readonly fingerprint: string },
  at: Date,
): CompiledQuery<CandidateRow> {
  return sql<CandidateRow>`
    select ${ruledBy}, k.content, c.id as change_id, c.title, c.status, c.change_types, c.change_class, c.risk, c.fingerprint_before, c.implemented_at,
      open.id as open_decision_id
    from (
      select distinct on (fingerprint) * from (
        -- In the order of record_by_configuration: by time alone, all records of the environment might be read.
        (select * from record
          where tenant_id = ${tenantId} and system_id = ${systemId} and environment = ${environment}
            and fingerprint between ${fingerprint} and ${fingerprint} and sealed_at <= ${at}
          order by fingerprint, sealed_at desc, id desc limit 1)
        union all
        (select * from record
          where tenant_id = ${tenantId} and system_id = ${systemId} and environment = ${environment} and sealed_at <= ${at}
          order by sealed_at desc, id desc limit ${compared})
      ) either order by fingerprint, sealed_at desc, id desc
    ) r
    join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id
    join change c on c.tenant_id = r.tenant_id and c.id = r.change_id
    join configuration k on k.tenant_id = r.tenant_id and k.fingerprint = r.fingerprint
    left join decision open on open.tenant_id = c.tenant_id and open.change_id = c.id and open.status = 'proposed'
    ${firstBroken}
    order by r.sealed_at desc, r.id desc`.compile(tx)
}

function selectAccepted(tx: Transaction, tenantId: string, { systemId, environment }: Place) {
  return sql<Kept & { readonly accepted_at: Date; readonly accepted_by_name: string | null }>`
    select b.accepted_at, b.accepted_by_name, k.content from accepted_baseline b
    join configuration k on k.tenant_id = b.tenant_id and k.fingerprint = b.fingerprint
    where b.tenant_id = ${tenantId} and b.system_id = ${systemId} and b.environment = ${environment}
    order by b.accepted_at desc, b.id desc limit ${compared}`.compile(tx)
}

/** Plans of an environment that nobody has run yet, the newest first. */
function selectPlanned(tx: Transaction, tenantId: string, { systemId, environment }: Place) {
  return sql<PlannedRow>`
    select c.id as change_id, c.title, c.status, c.change_types, c.change_class, c.risk, c.fingerprint_before, c.implemented_at, k.content,
      open.id as open_decision_id, em.reason as emergency_reason, em.declared_by_name,
      em.declared_at + make_interval(hours => em.within_hours) as due, a.verdict as assessed_as,
      ${planStateOf(tenantId, sql`c.id`, sql`now()`)} as plan_state
    from change c
    join configuration k on k.tenant_id = c.tenant_id and k.fingerprint = c.fingerprint_after
    left join decision open on open.tenant_id = c.tenant_id and open.change_id = c.id and open.status = 'proposed'
    left join emergency em on em.tenant_id = c.tenant_id and em.change_id = c.id
    left join lateral (
      select verdict from assessment where tenant_id = c.tenant_id and change_id = c.id order by id desc limit 1
    ) a on true
    where c.tenant_id = ${tenantId} and c.system_id = ${systemId} and c.environment = ${environment}
      and c.intent = 'proposed' and c.implemented_at is null and c.status <> 'dismissed'
    order by c.id desc limit ${compared}`.compile(tx)
}
