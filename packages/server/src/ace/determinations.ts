import { type Determination, type Determinations, type determineRequest, ProblemError } from '@afterai/contract'
import type { CompiledQuery, RawBuilder, Selectable } from 'kysely'
import type { z } from 'zod'
import { type Audit, nameThen } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import type { Tables, Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { readChange } from './change-service.ts'

type Row = Selectable<Tables['determination']>

/** The statement that reads what was said of a change in the words of regulators, the newest first. */
export function selectDeterminations(
  tx: Transaction,
  tenantId: string,
  changeId: string | RawBuilder<string>,
): CompiledQuery<Row> {
  return tx
    .selectFrom('determination')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('change_id', '=', changeId)
    .orderBy('id', 'desc')
    .compile()
}

/** What holds of a change, and what was said of it before. @throws ProblemError `not_found` */
export async function readDeterminations(tx: Transaction, tenantId: string, changeId: string): Promise<Determinations> {
  await readChange(tx, tenantId, changeId)
  const [rows] = await together(tx, [selectDeterminations(tx, tenantId, changeId)])
  return determinationsIn(rows)
}

/** What `selectDeterminations` found: what holds, and all that was said. */
export function determinationsIn(rows: readonly Row[]): Determinations {
  return { determination: rows[0]?.determination ?? 'not_asked', items: rows.map(viewOf) }
}

const mostOfOneChange = 100

/**
 * Says what a change is in the words of regulators. What was said before stays beside it.
 * @throws ProblemError `not_found`, `invalid_transition` for a change that is dismissed, or of which too much was said
 */
export async function determine(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { changeId, determination, reason }: { readonly changeId: string } & z.infer<typeof determineRequest>,
): Promise<Determinations> {
  const { tenantId } = principal
  // A record that is sealed meanwhile holds the same row: it has what was said before it, and nothing else.
  await tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', changeId)
    .forUpdate()
    .execute()
  const change = await readChange(tx, tenantId, changeId)
  if (change.status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
  const before = await readDeterminations(tx, tenantId, changeId)
  if (before.items.length >= mostOfOneChange) {
    throw new ProblemError('invalid_transition', { detail: `it was determined ${mostOfOneChange} times already` })
  }
  const row = await tx
    .insertInto('determination')
    .values({
      tenant_id: tenantId,
      id: newId(),
      change_id: changeId,
      determination,
      reason,
      determined_by: principal.accountId,
      determined_by_name: nameThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'change.determine',
    resource: `change/${changeId}`,
    details: { determinationId: row.id, before: before.determination, after: determination, reason },
  })
  return { determination, items: [viewOf(row), ...before.items] }
}

function viewOf(row: Row): Determination {
  return {
    id: row.id,
    changeId: row.change_id,
    determination: row.determination,
    reason: row.reason,
    determinedAt: row.determined_at.toISOString(),
    determinedBy: row.determined_by,
    determinedByName: row.determined_by_name,
  }
}
