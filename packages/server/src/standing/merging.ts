import { asAsked, type Change, type ChangeFacts, fingerprintOf, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { lockSystems, readChange, viewChange } from '../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'

interface Wish {
  readonly id: string
  readonly into: string
  readonly reason: string
}

/**
 * Merges a pending change into another of its system and environment that tells of the same thing. It is dismissed as a duplicate, and
 * keeps its history; that it began to run is said of the one that stays.
 * @throws ProblemError `not_found`, `invalid_request`, `invalid_transition` where they can't be one
 */
export async function mergeChange(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { id, into, reason }: Wish,
): Promise<Change> {
  const { principal } = caller
  const { tenantId } = principal
  const pointer = '/into'
  if (id === into) throw new ProblemError('invalid_request', { errors: [{ pointer, detail: 'is the change itself' }] })
  const place = await readChange(tx, tenantId, id)
  // Observations of the system wait, and what becomes of both changes: in the order of their ids, as whoever else holds two.
  await together(tx, [lockSystems(tx, tenantId, [place], 'alone')])
  await sql`select id from change where tenant_id = ${tenantId} and id in (${id}, ${into}) order by id for update`.execute(
    tx,
  )
  const merged = await readChange(tx, tenantId, id)
  const staying = await readChange(tx, tenantId, into)
  const facts = await readMergeFacts(tx, tenantId, { id, into })
  const refusal = refusalOf(merged, staying, facts)
  if (refusal !== undefined) throw new ProblemError('invalid_transition', { detail: refusal })
  await tx
    .updateTable('change')
    .set({
      status: 'dismissed',
      status_reason: reason,
      merged_into: into,
      // When it is written, not when its transaction began, since it may have waited for an observation.
      merged_at: sql<Date>`clock_timestamp()`,
      merged_run: facts.runId,
      updated_at: new Date(),
      settled_by: principal.accountId,
      settled_by_name: nameThen(principal),
      settled_by_email: emailThen(principal),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  await takeOver(tx, tenantId, { id, into, hasRun: facts.runId !== null })
  const after = await readChange(tx, tenantId, id)
  await audit(tx, caller.actor, {
    action: 'change.merge',
    resource: `change/${id}`,
    details: { into, reason, runId: facts.runId },
    change: { before: merged, after },
  })
  return viewChange(tx, principal, id)
}

interface MergeFacts {
  /** The run by which what is merged began to run; null where it didn't. */
  readonly runId: string | null
  /** Whether the other began by one of its own. */
  readonly stayingRuns: boolean
  readonly isEmergency: boolean
  readonly isRecorded: boolean
  readonly isClosed: boolean
}

async function readMergeFacts(
  tx: Transaction,
  tenantId: string,
  { id, into }: Omit<Wish, 'reason'>,
): Promise<MergeFacts> {
  const { rows } = await sql<MergeFacts>`
    select
      (select id from run where tenant_id = ${tenantId} and change_id = ${id}) as "runId",
      exists (select from run where tenant_id = ${tenantId} and change_id = ${into}) as "stayingRuns",
      exists (select from emergency where tenant_id = ${tenantId} and change_id = ${id}) as "isEmergency",
      exists (select from record where tenant_id = ${tenantId} and change_id = ${into}) as "isRecorded",
      exists (select from closure where tenant_id = ${tenantId} and change_id in (${id}, ${into})) as "isClosed"`.execute(
    tx,
  )
  const [facts] = rows
  if (facts === undefined) throw new Error('a question without a table has one answer')
  return facts
}

/** Why two changes can't be one; undefined where they can. */
function refusalOf(merged: ChangeFacts, staying: ChangeFacts, facts: MergeFacts): string | undefined {
  if (merged.systemId !== staying.systemId || merged.environment !== staying.environment) {
    return 'they are of two systems or environments'
  }
  if (merged.status !== 'pending') return `it is ${merged.status}; only a pending change can be merged into another`
  if (staying.mergedInto !== null) return `the other was merged itself, into ${staying.mergedInto}: merge into that one`
  if (staying.status === 'dismissed') return 'the other is dismissed'
  if (facts.isClosed) return 'one of the two is closed'
  if (facts.isRecorded) return 'the other is decided already: what was decided is what its record says'
  if (facts.isEmergency) return 'an emergency was declared for it: merge the other into it'
  if (facts.runId !== null && facts.stayingRuns) return 'each began to run by itself: they are two changes'
  if (merged.after === null) return undefined
  if (staying.after === null) return 'the other says no configuration: merge that one into this'
  return saysTheSame(merged, staying) ? undefined : 'they end in two configurations: compare them by their fingerprints'
}

/** Whether both end in one configuration, but for what only the provider says. */
function saysTheSame({ after: one }: ChangeFacts, { after: other }: ChangeFacts): boolean {
  if (one === null || other === null) return false
  const both = [one, other]
  return (
    new Set(both.map(fingerprintOf)).size === 1 ||
    fingerprintOf(asAsked(one)) === fingerprintOf(other) ||
    fingerprintOf(one) === fingerprintOf(asAsked(other))
  )
}

/** Has the change that stays take over how often the other was seen, and its run. */
async function takeOver(
  tx: Transaction,
  tenantId: string,
  { id, into, hasRun }: { readonly id: string; readonly into: string; readonly hasRun: boolean },
): Promise<void> {
  if (hasRun)
    await sql`update run set change_id = ${into} where tenant_id = ${tenantId} and change_id = ${id}`.execute(tx)
  // A change without a configuration runs when somebody says so, of either of them.
  await sql`
    update change stays set observations = stays.observations + it.observations, updated_at = now(),
      implemented_at = case when takes then it.implemented_at else stays.implemented_at end,
      implemented_revision = case when takes then it.implemented_revision else stays.implemented_revision end,
      implemented_by = case when takes then it.implemented_by else stays.implemented_by end
    from (
      select it.*, other.id as other_id,
        ${hasRun} or (other.fingerprint_after is null and other.implemented_at is null) as takes
      from change it join change other on other.tenant_id = it.tenant_id and other.id = ${into}
      where it.tenant_id = ${tenantId} and it.id = ${id}
    ) it
    where stays.tenant_id = ${tenantId} and stays.id = it.other_id`.execute(tx)
}
