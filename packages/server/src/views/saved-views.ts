import { ProblemError, type SavedView, type viewRequest } from '@afterai/contract'
import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Caller, Principal } from '../access/index.ts'
import { type Audit, nameThen } from '../audit/index.ts'
import { holdLock, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

type Row = Selectable<Tables['saved_view']>
type Wanted = z.infer<typeof viewRequest>

const mostOfOne = 100
const mostShared = 200

/** The views that a member keeps, and those that are shared with them, by name. */
export async function listViews(tx: Transaction, { tenantId, accountId }: Principal): Promise<SavedView[]> {
  const rows = await tx
    .selectFrom('saved_view')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where((is) => is.or([is('author_id', '=', accountId), is('shared', '=', true)]))
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows.map(toView)
}

/** Keeps a view. @throws ProblemError `conflict` where there are as many as there may be */
export async function createView(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  wanted: Wanted,
): Promise<SavedView> {
  await refuseOneTooMany(tx, principal, { shared: wanted.shared })
  const { tenantId, accountId } = principal
  const row = await tx
    .insertInto('saved_view')
    .values({ tenant_id: tenantId, id: newId(), author_id: accountId, author_name: nameThen(principal), ...wanted })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, { action: 'view.create', resource: `view/${row.id}`, details: { shared: row.shared } })
  return toView(row)
}

/** Changes a view as a whole. @throws ProblemError `not_found`, `forbidden`, `conflict` where as many are shared as may be */
export async function changeView(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { id, wanted }: { readonly id: string; readonly wanted: Wanted },
): Promise<SavedView> {
  const before = await lockOwn(tx, principal, id)
  if (wanted.shared && !before.shared) await refuseOneTooMany(tx, principal, { shared: true, besides: id })
  const row = await tx
    .updateTable('saved_view')
    .set(wanted)
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const change = { before: toView(before), after: toView(row) }
  await audit(tx, actor, { action: 'view.change', resource: `view/${id}`, details: { shared: row.shared }, change })
  return change.after
}

/** Removes a view. @throws ProblemError `not_found`, `forbidden` */
export async function removeView(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  id: string,
): Promise<void> {
  const { shared } = await lockOwn(tx, principal, id)
  await tx.deleteFrom('saved_view').where('tenant_id', '=', principal.tenantId).where('id', '=', id).execute()
  await audit(tx, actor, { action: 'view.remove', resource: `view/${id}`, details: { shared } })
}

/** Of somebody else's there is nothing here, unless they share it; then it is theirs to change, or an administrator's. */
async function lockOwn(tx: Transaction, { tenantId, accountId, role }: Principal, id: string): Promise<Row> {
  const row = await tx
    .selectFrom('saved_view')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row?.author_id === accountId) return row
  if (row === undefined || !row.shared) throw new ProblemError('not_found', { detail: 'there is no view with this id' })
  if (role === 'admin') return row
  throw new ProblemError('forbidden', { detail: 'it is for its author or an administrator to change what is shared' })
}

async function refuseOneTooMany(
  tx: Transaction,
  { tenantId, accountId }: Principal,
  { shared, besides }: { readonly shared: boolean; readonly besides?: string },
): Promise<void> {
  // Two at once would each find room for one.
  await holdLock(tx, `views ${tenantId}`)
  const { own, all } = await tx
    .selectFrom('saved_view')
    .select([
      sql<number>`count(*) filter (where author_id = ${accountId})`.as('own'),
      sql<number>`count(*) filter (where shared)`.as('all'),
    ])
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  if (besides === undefined && own >= mostOfOne) {
    throw new ProblemError('conflict', { detail: `you keep ${mostOfOne} views already: remove one first` })
  }
  if (shared && all >= mostShared) {
    throw new ProblemError('conflict', { detail: `${mostShared} views are shared here already: remove one first` })
  }
}

function toView({ id, name, query, columns, density, shared, author_id, author_name }: Row): SavedView {
  return { id, name, query, columns, density, shared, authorId: author_id, authorName: author_name }
}
