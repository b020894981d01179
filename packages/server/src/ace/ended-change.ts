import { type Change, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Audit } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { viewChange } from './change-service.ts'

/** Until when what changes led to was so, and the change that undid them, if one did. */
export interface Ending {
  readonly at: Date
  readonly undoneBy: string | null
}

/** Notes that changes which no run tells of ceased to run. Those that had ended stay as they are, and so does one that stands for many. */
export async function endChanges(
  audit: Audit,
  tx: Transaction,
  { actor, principal: { tenantId } }: Caller,
  { changeIds, at, undoneBy }: Ending & { readonly changeIds: readonly string[] },
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update change set ended_at = ${at}, undone_by = ${undoneBy}, updated_at = now()
    where tenant_id = ${tenantId} and id = any(${changeIds}::uuid[]) and ended_at is null and fingerprint_after is not null
    returning id`.execute(tx)
  const details = { at: at.toISOString(), undoneBy }
  await audit(
    tx,
    actor,
    ...rows.map(({ id }) => ({ action: 'change.end', resource: `change/${id}`, details }) as const),
  )
}

interface RunsRow {
  readonly began_at: Date | null
  readonly ended_at: Date | null
  readonly has_run: boolean
}

const futureToleranceMs = 5 * 60_000

/**
 * Notes that a change of which no run tells doesn't run any more, as a person or a pipeline says. What is observed ends when something
 * else is.
 * @throws ProblemError `not_found`, `invalid_transition`, `invalid_request`
 */
export async function noteEnded(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { id, at }: { readonly id: string; readonly at?: string | undefined },
): Promise<Change> {
  const { tenantId } = caller.principal
  const endedAt = at === undefined ? new Date() : new Date(at)
  const { rows } = await sql<RunsRow>`
    select case when c.intent <> 'proposed' then coalesce(c.implemented_at, c.opened_at) else c.implemented_at end as began_at, c.ended_at,
      exists (select from run r where r.tenant_id = c.tenant_id and r.change_id = c.id) as has_run
    from change c where c.tenant_id = ${tenantId} and c.id = ${id} for update of c`.execute(tx)
  const refusal = rows[0] === undefined ? undefined : refusalOf(rows[0], endedAt)
  if (refusal !== undefined) throw refusal
  await sql`
    update change set ended_at = ${endedAt}, updated_at = now() where tenant_id = ${tenantId} and id = ${id}`.execute(
    tx,
  )
  const view = await viewChange(tx, caller.principal, id)
  const details = { at: endedAt.toISOString(), undoneBy: null }
  await audit(tx, caller.actor, { action: 'change.end', resource: `change/${id}`, details })
  return view
}

function refusalOf(
  { began_at: beganAt, ended_at: already, has_run: hasRun }: RunsRow,
  endedAt: Date,
): ProblemError | undefined {
  if (hasRun) {
    const detail = 'it was seen to run: it ends once something else is seen; tell it: afterai observe'
    return new ProblemError('invalid_transition', { detail })
  }
  if (beganAt === null) return new ProblemError('invalid_transition', { detail: 'it did not run yet' })
  if (already !== null) return new ProblemError('invalid_transition', { detail: 'it ended already' })
  const isFuture = endedAt.getTime() > Date.now() + futureToleranceMs
  if (!isFuture && endedAt >= beganAt) return undefined
  const detail = isFuture ? 'lies in the future' : 'lies before it began to run'
  return new ProblemError('invalid_request', { errors: [{ pointer: '/at', detail }] })
}
