import { type ConditionCheck, type ConditionFinding, type findingRequest, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Caller } from '../access/index.ts'
import { type Audit, nameThen, systemActor } from '../audit/index.ts'
import { figureOf, readWindow } from '../capture/index.ts'
import type { Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { breachOf, conditionText } from './condition-of.ts'
import { findingView } from './findings.ts'
import type { Judged } from './standing-service.ts'

const hourMs = 3_600_000

/** A record with checks that hasn't been found broken. */
interface Checked {
  readonly record_id: string
  readonly checks: readonly ConditionCheck[]
}

/**
 * Holds the conditions of what runs by a record against telemetry, and keeps what is broken. Windows are of whole hours: the one that runs
 * counts, so that a break shows at once.
 * @returns the environments whose record has a condition that broke just now
 */
export async function checkConditions(
  audit: Audit,
  tx: Transaction,
  tenantId: string,
  all: readonly Judged[],
  now: Date,
): Promise<Judged[]> {
  const authorised = all.filter(({ verdict }) => verdict.standing === 'authorised')
  const recordIds = authorised.flatMap(({ known }) => known.record?.id ?? [])
  if (recordIds.length === 0) return []
  const { rows } = await sql<Checked>`
    select r.id as record_id, d.proposal -> 'checks' as checks
    from record r join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id
    where r.tenant_id = ${tenantId} and r.id = any(${recordIds}::uuid[]) and jsonb_array_length(coalesce(d.proposal -> 'checks', '[]')) > 0`.execute(
    tx,
  )
  const checksOf = new Map(rows.map((row) => [row.record_id, row.checks]))
  const broken: Judged[] = []
  for (const it of authorised) {
    const recordId = it.known.record?.id ?? ''
    const breaches = await breachesOf(tx, tenantId, it, { checks: checksOf.get(recordId) ?? [], now })
    for (const breach of breaches) await keepBreach(audit, tx, tenantId, { recordId, ...breach })
    if (breaches.length > 0) broken.push(it)
  }
  return broken
}

async function breachesOf(
  tx: Transaction,
  tenantId: string,
  { known: { run } }: Judged,
  { checks, now }: { readonly checks: readonly ConditionCheck[]; readonly now: Date },
): Promise<{ condition: string; note: string }[]> {
  const place = { systemId: run.system_id, environment: run.environment }
  const windows = new Map<string, ReturnType<typeof readWindow>>()
  const window = (from: Date, to: Date) => {
    const key = `${from.getTime()} ${to.getTime()}`
    const reading = windows.get(key) ?? readWindow(tx, tenantId, { ...place, from, to })
    windows.set(key, reading)
    return reading
  }
  const found = []
  for (const check of checks) {
    const span = check.windowHours * hourMs
    const since = new Date(Math.max(now.getTime() - span, hourOf(run.started_at).getTime()))
    const figure = figureOf(await window(since, now), check.metric)
    const start = hourOf(run.started_at)
    const before =
      check.of === 'before' ? figureOf(await window(new Date(start.getTime() - span), start), check.metric) : undefined
    const note = breachOf(check, figure, before)
    if (note !== undefined) found.push({ condition: conditionText(check), note })
  }
  return found
}

/** The hour in which an instant lies: windows begin with hours. */
function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / hourMs) * hourMs)
}

async function keepBreach(
  audit: Audit,
  tx: Transaction,
  tenantId: string,
  { recordId, condition, note }: { readonly recordId: string; readonly condition: string; readonly note: string },
): Promise<void> {
  await tx
    .insertInto('condition_finding')
    .values({
      tenant_id: tenantId,
      id: newId(),
      record_id: recordId,
      condition,
      outcome: 'broken',
      note,
      found_by: null,
      found_by_name: null,
    })
    .execute()
  await audit(tx, systemActor(tenantId), {
    action: 'condition.find',
    resource: `record/${recordId}`,
    details: { condition, outcome: 'broken', note },
  })
}

/** Notes what a person found of a condition of a record. @throws ProblemError `not_found`, `invalid_request` */
export async function noteFinding(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { recordId, condition, outcome, note }: { readonly recordId: string } & z.infer<typeof findingRequest>,
): Promise<ConditionFinding> {
  const { tenantId } = principal
  const { rows } = await sql<{ conditions: readonly string[]; checks: readonly ConditionCheck[] }>`
    select coalesce(d.proposal -> 'conditions', '[]') as conditions, coalesce(d.proposal -> 'checks', '[]') as checks
    from record r join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id
    where r.tenant_id = ${tenantId} and r.id = ${recordId}`.execute(tx)
  const [record] = rows
  if (record === undefined) throw new ProblemError('not_found', { detail: 'there is no record with this id' })
  const known = [...record.conditions, ...record.checks.map(conditionText)]
  if (!known.includes(condition)) {
    const detail = known.length === 0 ? 'the record has no conditions' : `is none of the record’s: ${known.join('; ')}`
    throw new ProblemError('invalid_request', { errors: [{ pointer: '/condition', detail }] })
  }
  const row = await tx
    .insertInto('condition_finding')
    .values({
      tenant_id: tenantId,
      id: newId(),
      record_id: recordId,
      condition,
      outcome,
      note,
      found_by: principal.accountId,
      found_by_name: nameThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'condition.find',
    resource: `record/${recordId}`,
    details: { condition, outcome, note },
  })
  return findingView(row)
}
