import { type CreatedInvitation, type OperatedTenant, ProblemError, type TenantKind } from '@afterai/contract'
import { sql } from 'kysely'
import type { AuditEvent } from '../../audit/index.ts'
import { forTenant, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Caller } from '../../access/index.ts'
import { accountTenants } from '../entry-functions.ts'
import { invite, type InvitationDependencies } from '../invitations/invitation-service.ts'
import { lockAdmins, refuseLastAdmin } from '../members/admins.ts'
import { createTenant, type TenantMaking } from './create-tenant.ts'

/** Dependencies of operating tenants. */
export type OperatorDependencies = InvitationDependencies & TenantMaking

interface OperatedRow {
  id: string
  slug: string
  name: string
  kind: TenantKind
  created_at: Date
  suspended_at: Date | null
  members: number
  systems: number
  records: number
}

/** Tenants of the instance, newest first. The database answers in the operators' tenant alone. */
export async function readTenants(tx: Transaction, before: string | undefined, most: number): Promise<OperatedRow[]> {
  return (await sql<OperatedRow>`select * from list_tenants(${before ?? null}::uuid, ${most})`.execute(tx)).rows
}

/** A tenant as an operator sees it. */
export function viewTenant({ created_at, suspended_at, ...row }: OperatedRow): OperatedTenant {
  return { ...row, createdAt: created_at.toISOString(), suspendedAt: suspended_at?.toISOString() ?? null }
}

/** Makes a tenant with its log and keys, and invites its first administrator. @throws ProblemError `conflict` */
export async function openTenant(
  deps: OperatorDependencies,
  tx: Transaction,
  { caller, slug, name, adminEmail }: { caller: Caller; slug: string; name: string; adminEmail: string },
): Promise<{ id: string; slug: string; name: string; invitation: CreatedInvitation }> {
  const { actor } = caller
  const id = newId()
  const there = { ...actor, tenantId: id }
  const invitation = await forTenant(tx, { from: actor.tenantId, to: id }, async () => {
    await createTenant(deps, tx, { id, slug, name, sample: false }, there)
    return invite(deps, tx, { actor: there, email: adminEmail, role: 'admin' })
  })
  await deps.audit(tx, actor, { action: 'operator.create_tenant', resource: `tenant/${id}`, details: { slug } })
  return { id, slug, name, invitation }
}

/** Suspends or resumes a tenant at once; both trails tell. @throws ProblemError `not_found` */
export async function setSuspended(
  deps: OperatorDependencies,
  tx: Transaction,
  { caller: { actor }, id, suspended }: { caller: Caller; id: string; suspended: boolean },
): Promise<void> {
  const changed = sql<{ ok: boolean }>`select set_tenant_suspended(${id}::uuid, ${suspended}) as ok`
  if ((await changed.execute(tx)).rows[0]?.ok !== true) {
    const state = suspended ? 'that could be suspended' : 'that is suspended'
    throw new ProblemError('not_found', { detail: `there is no tenant of this id ${state}` })
  }
  const event = { action: suspended ? 'tenant.suspend' : 'tenant.resume', resource: `tenant/${id}` } as const
  await inTrails(deps, tx, { actor, event, tenants: [id] })
}

/** Disables or enables an account in all tenants at once. @throws ProblemError `not_found`, `forbidden`, `last_admin` */
export async function setAccountDisabled(
  deps: OperatorDependencies,
  tx: Transaction,
  { caller, accountId, disabled }: { caller: Caller; accountId: string; disabled: boolean },
): Promise<void> {
  const { principal, actor } = caller
  if (accountId === principal.accountId) {
    throw new ProblemError('forbidden', { detail: 'nobody disables or enables their own account' })
  }
  await lockAdmins(tx, caller)
  const tenants = (await accountTenants(tx, accountId)).filter(({ id }) => id !== principal.tenantId)
  const operates = await tx
    .selectFrom('membership')
    .select('role')
    .where('tenant_id', '=', principal.tenantId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (disabled && operates?.role === 'admin') await refuseLastAdmin(tx, accountId)
  const changed = sql<{ ok: boolean }>`select set_account_disabled(${accountId}::uuid, ${disabled}) as ok`
  if ((await changed.execute(tx)).rows[0]?.ok !== true) {
    const state = disabled ? 'that could be disabled' : 'that is disabled'
    throw new ProblemError('not_found', { detail: `there is no person of this id ${state}` })
  }
  const event = { action: disabled ? 'account.disable' : 'account.enable', resource: `account/${accountId}` } as const
  await inTrails(deps, tx, { actor, event, tenants: tenants.map(({ id }) => id) })
}

// An operator's act is in the operators' trail, and in that of each tenant whose people it concerns.
async function inTrails(
  { audit }: OperatorDependencies,
  tx: Transaction,
  { actor, event, tenants }: { actor: Caller['actor']; event: AuditEvent; tenants: readonly string[] },
): Promise<void> {
  await audit(tx, actor, event)
  for (const to of tenants) {
    await forTenant(tx, { from: actor.tenantId, to }, () => audit(tx, { ...actor, tenantId: to }, event))
  }
}
