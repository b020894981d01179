import {
  type CloseCode,
  type ClosureFacts,
  type closeRequest,
  type Life,
  ProblemError,
  type verifyChangeRequest,
} from '@afterai/contract'
import type { z } from 'zod'
import type { Caller } from '../access/index.ts'
import { holdChange } from '../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import { isUniqueViolation, json, type Transaction } from '../platform/database.ts'
import { readConditions } from './findings.ts'
import { readLife, readLifeFacts } from './life.ts'
import { type LifeFacts, lifeOf } from './life-of.ts'

/**
 * Notes that what runs was looked at, and whether it does what it was decided for.
 * @throws ProblemError `not_found`, `invalid_transition` where it didn't run or was looked at already, `invalid_request`
 */
export async function verifyChange(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, outcome, evidence, assessmentId }: { readonly changeId: string } & z.infer<typeof verifyChangeRequest>,
): Promise<Life> {
  const { tenantId } = principal
  await holdChange(tx, tenantId, changeId)
  const facts = await readLifeFacts(tx, tenantId, changeId)
  if (facts.implemented === null) {
    throw new ProblemError('invalid_transition', { detail: 'it did not run yet; what runs can be verified' })
  }
  if (facts.verified !== null || facts.closed !== null) {
    throw new ProblemError('invalid_transition', {
      detail: `it is ${facts.closed === null ? 'verified' : 'closed'} already`,
    })
  }
  if (assessmentId !== undefined) await refuseForeign(tx, tenantId, changeId, assessmentId)
  await tx
    .insertInto('verification')
    .values({
      tenant_id: tenantId,
      change_id: changeId,
      outcome,
      evidence,
      assessment_id: assessmentId ?? null,
      verified_by: principal.accountId,
      verified_by_name: nameThen(principal),
    })
    .execute()
  await audit(tx, actor, {
    action: 'change.verify',
    resource: `change/${changeId}`,
    details: { outcome, evidence, assessmentId: assessmentId ?? null },
  })
  return readLife(tx, tenantId, changeId)
}

async function refuseForeign(tx: Transaction, tenantId: string, changeId: string, assessmentId: string): Promise<void> {
  const row = await tx
    .selectFrom('assessment')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', assessmentId)
    .where('change_id', '=', changeId)
    .executeTakeFirst()
  if (row !== undefined) return
  throw new ProblemError('invalid_request', {
    errors: [{ pointer: '/assessmentId', detail: 'is not an assessment of this change' }],
  })
}

/**
 * Ends the life of a change. What it came to is sealed in the log, as the event of its closure.
 * @throws ProblemError `not_found`, `invalid_transition` where its life can't end so
 */
export async function closeChange(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, code, notes }: { readonly changeId: string } & z.infer<typeof closeRequest>,
): Promise<Life> {
  const { tenantId } = principal
  // What is sealed of its life is what was read.
  await holdChange(tx, tenantId, changeId)
  const facts = await readLifeFacts(tx, tenantId, changeId)
  const refusal = refusalOf(facts, code)
  if (refusal !== undefined) throw new ProblemError('invalid_transition', { detail: refusal })
  const verification = await tx
    .selectFrom('verification')
    .select(['verified_by', 'outcome'])
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .executeTakeFirst()
  const fingerprint = await ranFingerprint(tx, tenantId, changeId)
  const recordId = facts.approved?.recordId ?? null
  const conditions = recordId === null ? [] : await readConditions(tx, tenantId, recordId)
  const sealed = closureOf(facts, { code, notes: notes ?? null, verification, fingerprint, conditions })
  const row = {
    tenant_id: tenantId,
    change_id: changeId,
    code,
    notes: notes ?? null,
    facts: json(sealed),
    closed_by: principal.accountId,
    closed_by_name: nameThen(principal),
    closed_by_email: emailThen(principal),
  }
  try {
    await tx.insertInto('closure').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('invalid_transition', { detail: 'it is closed already' })
  }
  await audit(tx, actor, { action: 'change.close', resource: `change/${changeId}`, details: sealed })
  return readLife(tx, tenantId, changeId)
}

async function ranFingerprint(tx: Transaction, tenantId: string, changeId: string): Promise<string | null> {
  const row = await tx
    .selectFrom('run')
    .select('fingerprint')
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .executeTakeFirst()
  return row?.fingerprint ?? null
}

/** Why the life of a change can't end so; undefined where it can. */
export function refusalOf(facts: LifeFacts, code: CloseCode): string | undefined {
  const { closed, status, implemented, approved, endedAt, rolledBack } = facts
  if (closed !== null) return 'it is closed already'
  if (status === 'pending') return 'nobody has said yet that it is real: confirm or dismiss it'
  if (status === 'dismissed') return 'it is dismissed'
  if (code === 'cancelled') return implemented === null ? undefined : 'it ran: cancelled is for what never did'
  if (implemented === null) return `it never ran: what never ran is cancelled, not ${code}`
  if (approved === null) return 'it runs and is not decided: decide on it first'
  if (approved.decision === 'not_act' && endedAt === null) return 'it runs against the decision: roll it back first'
  if (rolledBack !== null && code === 'successful')
    return 'it was rolled back: it is unsuccessful, or successful_issues'
  return undefined
}

const hourMs = 3_600_000

function closureOf(
  facts: LifeFacts,
  told: {
    readonly code: CloseCode
    readonly notes: string | null
    readonly verification: { readonly verified_by: string; readonly outcome: 'verified' | 'failed' } | undefined
    readonly fingerprint: string | null
    readonly conditions: NonNullable<ClosureFacts['conditions']>
  },
): ClosureFacts {
  const { recordId, asDecided, rolledBackAt, rolledBackBy, revision } = lifeOf(facts)
  const { implemented, verified } = facts
  const waited = implemented === null || verified === null ? null : verified.at.getTime() - implemented.at.getTime()
  return {
    code: told.code,
    notes: told.notes,
    recordId,
    fingerprint: told.fingerprint,
    implementedAt: implemented?.at.toISOString() ?? null,
    revision,
    asDecided,
    verified: told.verification?.outcome ?? 'not_verified',
    verifiedAt: verified?.at.toISOString() ?? null,
    verifiedBy: told.verification?.verified_by ?? null,
    hoursToVerify: waited === null ? null : Math.round((waited / hourMs) * 10) / 10,
    rolledBackAt,
    rolledBackBy,
    conditions: told.conditions,
  }
}
