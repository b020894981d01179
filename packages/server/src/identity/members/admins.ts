import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { holdLock, type Transaction } from '../../platform/database.ts'
import type { Caller } from '../../access/index.ts'

/**
 * Lets one transaction at a time change who administers a tenant, and makes sure that the caller still does: the one before may
 * have taken the role from them.
 * @throws ProblemError `forbidden`
 */
export async function lockAdmins(tx: Transaction, { principal }: Caller): Promise<void> {
  const { tenantId, accountId } = principal
  await lockAdminsOf(tx, tenantId)
  const still = await tx
    .selectFrom('membership')
    .select('role')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (still?.role !== principal.role) {
    throw new ProblemError('forbidden', { permission: 'member:write', detail: 'your role has just changed' })
  }
}

/** The same where no caller is: an identity provider's groups change who administers too. */
export async function lockAdminsOf(tx: Transaction, tenantId: string): Promise<void> {
  await holdLock(tx, `admins of ${tenantId}`)
}

/** Whether the tenant of the transaction has no admin but this one who could sign in. Needs one of the locks before. */
export async function isLastAdmin(tx: Transaction, accountId: string): Promise<boolean> {
  const { rows } = await sql<{ other: boolean }>`select has_other_admin(${accountId}::uuid) as other`.execute(tx)
  return rows[0]?.other !== true
}

/** Refuses to take away the last admin who could sign in. Needs `lockAdmins` before. @throws ProblemError `last_admin` */
export async function refuseLastAdmin(tx: Transaction, accountId: string): Promise<void> {
  if (await isLastAdmin(tx, accountId)) throw new ProblemError('last_admin')
}
