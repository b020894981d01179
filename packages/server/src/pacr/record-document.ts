import { type ConditionFinding, type RecordDocument, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Principal, seesAddress } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { policiesIn, rulesIn, selectPolicies } from '../policy/index.ts'

/** The sealed content of a record, by its sections. */
export type RecordContent = Readonly<Record<string, unknown>>

const metric = z.looseObject({
  metric: z.string(),
  band: z.string(),
  primary: z.boolean(),
  margin: z.number().nullable(),
  scale: z.string(),
  pairs: z.number(),
  baselineMean: z.number().nullable(),
  candidateMean: z.number().nullable(),
  delta: z.number().nullable(),
  interval: z.looseObject({ lower: z.number(), upper: z.number() }).nullable(),
})

/** The members of the sections that a document shows, as every release has sealed them. */
const sealed = z.looseObject({
  evidence: z.looseObject({
    change: z.looseObject({
      id: z.string(),
      title: z.string(),
      system: z.string(),
      environment: z.string(),
      changeTypes: z.array(z.string()),
      delta: z.array(z.unknown()),
    }),
    assessments: z.array(
      z.looseObject({
        id: z.string(),
        cited: z.boolean().default(true),
        assessment: z.looseObject({
          verdict: z.string(),
          mode: z.string(),
          overallRisk: z.number().nullable(),
          metrics: z.array(metric),
        }),
      }),
    ),
  }),
  rationale: z.looseObject({
    decision: z.string(),
    decisionDetail: z.string(),
    justification: z.string(),
    implementationPlan: z.string().nullable().default(null),
    backoutPlan: z.string().nullable().default(null),
    testPlan: z.string().nullable().default(null),
    riskImpactAnalysis: z.string().nullable().default(null),
    conditions: z.array(z.string()).default([]),
    checks: z.array(z.unknown()).default([]),
    reviewBy: z.string().nullable().default(null),
    assessmentIds: z.array(z.string()).default([]),
    authorId: z.string(),
    proposedAt: z.string(),
    evidenceDigest: z.string(),
    approvals: z.array(
      z.looseObject({
        approverId: z.string(),
        onBehalfOf: z.string().optional(),
        verdict: z.string(),
        comment: z.string().nullable().default(null),
        at: z.string(),
      }),
    ),
  }),
  identities: z.record(z.string(), z.looseObject({ name: z.string(), email: z.string().optional() })).default({}),
})
type Sealed = z.infer<typeof sealed>

/** What the database knows of a record beside what is sealed in it. */
interface Beside {
  readonly superseded_by: string | null
  readonly system_id: string
  readonly environment: string
  readonly code: string | null
  readonly notes: string | null
  readonly closed_at: Date | null
  readonly closed_by_name: string | null
  readonly emergency_reason: string | null
  readonly declared_at: Date | null
  readonly declared_by_name: string | null
  readonly within_hours: number | null
}

/** What was found of a condition, as the database has it. */
interface FindingRow {
  readonly id: string
  readonly condition: string
  readonly outcome: 'met' | 'broken'
  readonly note: string
  readonly found_at: Date
  readonly found_by: string | null
  readonly found_by_name: string | null
}

const mostFindings = 200

/** Where a record is, as lists tell it. */
export type RecordPlace = Pick<RecordDocument, 'id' | 'entryIndex' | 'sealedAt' | 'state' | 'supersedes'>

/**
 * Puts the sealed content of a record into one document, with what came of it since. Of people, addresses are for admins and auditors, and
 * one's own.
 */
export async function documentOf(
  tx: Transaction,
  principal: Principal,
  { place, content }: { readonly place: RecordPlace; readonly content: RecordContent },
): Promise<RecordDocument> {
  const { evidence, rationale, identities } = sealed.parse(content)
  const { change } = evidence
  const { beside, findings, policyVersion } = await readBeside(tx, principal.tenantId, place.id, rationale.proposedAt)
  const document = {
    ...place,
    supersededBy: beside.superseded_by,
    decision: rationale.decision,
    decisionDetail: rationale.decisionDetail,
    justification: rationale.justification,
    implementationPlan: rationale.implementationPlan,
    backoutPlan: rationale.backoutPlan,
    testPlan: rationale.testPlan,
    riskImpactAnalysis: rationale.riskImpactAnalysis,
    conditions: rationale.conditions,
    checks: rationale.checks,
    findings: findings.map((it) => findingOf(place.id, it)),
    emergency: emergencyOf(beside),
    reviewBy: rationale.reviewBy,
    evidence: rationale.assessmentIds.length === 0 ? 'none' : 'assessed',
    change: {
      id: change.id,
      title: change.title,
      system: change.system,
      environment: change.environment,
      changeTypes: change.changeTypes,
      delta: change.delta,
    },
    assessments: evidence.assessments.map(assessmentOf),
    people: peopleOf(principal, rationale, identities),
    policyVersion,
    closure: closureOf(beside),
    evidenceDigest: rationale.evidenceDigest,
  }
  // The answer's schema holds it to its words; what an earlier release sealed has them too.
  return document as RecordDocument
}

function assessmentOf({ id, cited, assessment }: Sealed['evidence']['assessments'][number]) {
  const { verdict, mode, overallRisk, metrics } = assessment
  const inShort = metrics.map(({ interval, ...it }) => ({
    metric: it.metric,
    band: it.band,
    primary: it.primary,
    margin: it.margin,
    scale: it.scale,
    pairs: it.pairs,
    baselineMean: it.baselineMean,
    candidateMean: it.candidateMean,
    delta: it.delta,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
  }))
  return { id, cited, verdict, mode, overallRisk, metrics: inShort }
}

/** The author and then the approvers in their order, as they were named when they acted. */
function peopleOf(
  principal: Principal,
  { authorId, proposedAt, approvals }: Sealed['rationale'],
  identities: Sealed['identities'],
) {
  const nameOf = (id: string): string => identities[id]?.name ?? 'somebody whose name is not kept'
  const person = (id: string) => ({
    name: nameOf(id),
    email: seesAddress(principal, id) ? (identities[id]?.email ?? null) : null,
  })
  return [
    { role: 'author', ...person(authorId), verdict: null, comment: null, at: proposedAt, onBehalfOf: null },
    ...approvals.map(({ approverId, onBehalfOf, verdict, comment, at }) => ({
      role: 'approver',
      ...person(approverId),
      verdict,
      comment,
      at,
      onBehalfOf: onBehalfOf === undefined ? null : nameOf(onBehalfOf),
    })),
  ]
}

function closureOf({ code, notes, closed_at: closedAt, closed_by_name: closedByName }: Beside) {
  return code === null || closedAt === null ? null : { code, notes, closedAt: closedAt.toISOString(), closedByName }
}

function findingOf(recordId: string, { id, condition, outcome, note, ...it }: FindingRow): ConditionFinding {
  const { found_at: foundAt, found_by: foundBy, found_by_name: foundByName } = it
  return { id, recordId, condition, outcome, note, foundAt: foundAt.toISOString(), foundBy, foundByName }
}

const hourMs = 3_600_000

function emergencyOf({ emergency_reason: reason, declared_at: at, declared_by_name, within_hours: hours }: Beside) {
  if (reason === null || at === null || hours === null) return null
  const decideBy = new Date(at.getTime() + hours * hourMs).toISOString()
  return { reason, declaredAt: at.toISOString(), declaredByName: declared_by_name, decideBy }
}

async function readBeside(tx: Transaction, tenantId: string, recordId: string, proposedAt: string) {
  const select = sql<Beside>`
    select r.system_id, r.environment, l.code, l.notes, l.closed_at, l.closed_by_name,
      em.reason as emergency_reason, em.declared_at, em.declared_by_name, em.within_hours,
      (select n.id from record n where n.tenant_id = r.tenant_id and n.supersedes between r.id and r.id
        order by n.supersedes, n.id desc limit 1) as superseded_by
    from record r
    left join closure l on l.tenant_id = r.tenant_id and l.change_id = r.change_id
    left join emergency em on em.tenant_id = r.tenant_id and em.change_id = r.change_id
    where r.tenant_id = ${tenantId} and r.id = ${recordId}`.compile(tx)
  const found = sql<FindingRow>`
    select id, condition, outcome, note, found_at, found_by, found_by_name from condition_finding
    where tenant_id = ${tenantId} and record_id = ${recordId}
    order by found_at desc, id desc limit ${mostFindings}`.compile(tx)
  const [[beside], policies, findings] = await together(tx, [select, selectPolicies(tx, tenantId), found])
  if (beside === undefined) throw new ProblemError('not_found', { detail: 'there is no record with this id' })
  const place = { systemId: beside.system_id, environment: beside.environment }
  return { beside, findings, policyVersion: rulesIn(policiesIn(policies), place, new Date(proposedAt)).version }
}
