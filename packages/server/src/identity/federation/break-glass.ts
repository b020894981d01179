import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Audit } from '../../audit/index.ts'
import type { Transaction } from '../../platform/database.ts'
import type { Caller } from '../../access/index.ts'
import { lockAdmins } from '../members/admins.ts'
import { holdSessionsUp, isEnforced } from './enforced-sign-on.ts'

/** Admins who may sign in without the provider when it can't be reached. Each use is an event of its own. */
export async function listBreakGlass(
  tx: Transaction,
  tenantId: string,
): Promise<{ accountId: string; name: string; email: string | null }[]> {
  return tx
    .selectFrom('membership')
    .select(['account_id as accountId', 'name', 'email'])
    .where('tenant_id', '=', tenantId)
    .where('break_glass', '=', true)
    .where('role', '=', 'admin')
    .orderBy('created_at')
    .limit(1000)
    .execute()
}

/** Facts about an account that a tenant's membership doesn't have. */
export interface Standing {
  readonly disabled: boolean
  readonly has_password: boolean
}

/** The standing of an account in the tenant of the transaction. */
export async function standingOf(tx: Transaction, tenantId: string, accountId: string): Promise<Standing> {
  const { rows } = await sql<Standing>`select * from member_standing(${tenantId}, ${accountId})`.execute(tx)
  return rows[0] ?? { disabled: true, has_password: false }
}

/** How many break-glass accounts could sign in today. */
export async function countBreakGlass(tx: Transaction, tenantId: string): Promise<number> {
  let count = 0
  for (const { accountId } of await listBreakGlass(tx, tenantId)) {
    const { disabled, has_password: hasPassword } = await standingOf(tx, tenantId, accountId)
    if (!disabled && hasPassword) count += 1
  }
  return count
}

/**
 * Refuses a change after which nobody could sign in while the provider can't be reached, though it is enforced.
 * @throws ProblemError `invalid_transition`
 */
export async function refuseWithoutBreakGlass(tx: Transaction, tenantId: string): Promise<void> {
  if (!(await isEnforced(tx, tenantId)) || (await countBreakGlass(tx, tenantId)) > 0) return
  throw new ProblemError('invalid_transition', {
    detail: 'it is the last break-glass account, and sign-in by the provider is enforced: mark another one first',
  })
}

/** Marks an admin as break-glass, or takes the mark away. @throws ProblemError `not_found`, `invalid_transition` */
export async function setBreakGlass(
  { audit }: { audit: Audit },
  tx: Transaction,
  { caller, accountId, breakGlass }: { caller: Caller; accountId: string; breakGlass: boolean },
): Promise<{ accountId: string; name: string; email: string | null }> {
  const { tenantId } = caller.principal
  await lockAdmins(tx, caller)
  await holdSessionsUp(tx, tenantId)
  const members = tx.selectFrom('membership').select(['name', 'email', 'role']).where('tenant_id', '=', tenantId)
  const member = await members.where('account_id', '=', accountId).executeTakeFirst()
  if (member === undefined) throw new ProblemError('not_found', { detail: 'there is no member with this id' })
  if (breakGlass) await refuseUnfit(tx, { tenantId, accountId, role: member.role })
  await tx
    .updateTable('membership')
    .set({ break_glass: breakGlass })
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .execute()
  await refuseWithoutBreakGlass(tx, tenantId)
  const action = breakGlass ? 'break_glass.grant' : 'break_glass.revoke'
  await audit(tx, caller.actor, { action, resource: `account/${accountId}` })
  return { accountId, name: member.name, email: member.email }
}

async function refuseUnfit(
  tx: Transaction,
  { tenantId, accountId, role }: { tenantId: string; accountId: string; role: string },
): Promise<void> {
  const { disabled, has_password: hasPassword } = await standingOf(tx, tenantId, accountId)
  if (role === 'admin' && hasPassword && !disabled) return
  throw new ProblemError('invalid_transition', {
    detail: 'a break-glass account is an admin who can sign in with a password',
  })
}
