import { type memberQuery, type MemberView, permissions, type Role } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { type Principal, seesAddress } from '../../access/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import { cursorOf, readCursor } from '../../platform/page.ts'
import { together } from '../../platform/together.ts'
import { viewMember } from './member-service.ts'

/** How many members a page looks at, at most, for each that it may show. */
const lookedAtForOne = 80

type Query = z.infer<typeof memberQuery>
type Row = Selectable<Tables['membership']> & { readonly nth: number; readonly fits: boolean }

/** One page of the members that fit, the newest account first; it ends after a number of members, though none of them fits. */
export async function findMembers(
  tx: Transaction,
  principal: Principal,
  query: Query,
): Promise<{ items: MemberView[]; nextCursor: string | null }> {
  const { limit } = query
  const [found] = await together(tx, [selectMembers(tx, principal, query)])
  const fitting = found.filter(({ fits }) => fits)
  const isFull = fitting.length > limit
  const shown = fitting.slice(0, limit)
  const last = isFull ? shown.at(-1) : found.at(-1)
  const hasMore = isFull || last?.nth === limit * lookedAtForOne
  return {
    items: shown.map((row) => viewMember(principal, row)),
    nextCursor: hasMore && last !== undefined ? cursorOf(last.account_id) : null,
  }
}

function selectMembers(
  tx: Transaction,
  principal: Principal,
  { kind, q, permission, limit, cursor }: Query,
): CompiledQuery<Row> {
  const { tenantId, accountId } = principal
  const before = readCursor(cursor)
  const lookAt = limit * lookedAtForOne
  // By an address nobody is found by who may not see it.
  const address = seesAddress(principal, '') ? sql`email` : sql`case when account_id = ${accountId} then email end`
  const fits = [
    q === undefined ? sql`true` : sql`position(lower(${q}) in lower(concat_ws(' ', name, ${address}))) > 0`,
    permission === undefined ? sql`true` : sql`role = any(${rolesWith(permission)}::text[]) and disabled_at is null`,
  ]
  return sql<Row>`
    select * from (select * from (
      select *, row_number() over (order by account_id desc) as nth, ${sql.join(fits, sql` and `)} as fits from membership
      where tenant_id = ${tenantId} ${kind === undefined ? sql`` : sql`and kind = ${kind}`}
        ${before === undefined ? sql`` : sql`and account_id < ${before}`}
      order by account_id desc limit ${lookAt}
    ) it where fits or nth = ${lookAt} limit ${limit + 1}) it order by nth`.compile(tx)
}

function rolesWith(permission: NonNullable<Query['permission']>): readonly Role[] {
  return permissions[permission].roles
}
