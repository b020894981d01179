import { type MemberView, ProblemError, type Role } from '@afterai/contract'
import { type Selectable, sql, type Updateable } from 'kysely'
import type { Audit } from '../../audit/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import { type Caller, type Principal, refuseRoleBeyond, seesAddress } from '../../access/index.ts'
import { refuseWithoutBreakGlass } from '../federation/break-glass.ts'
import { lockAdmins, refuseLastAdmin } from './admins.ts'

type Row = Selectable<Tables['membership']>

/** A person, or a machine. An address tells nothing: a provider may let in people without one. */
export type MemberKind = MemberView['kind']

/** Which member, and who asks. */
export interface MemberWish {
  readonly caller: Caller
  readonly accountId: string
  readonly kind: MemberKind
}

/** Members, newest account first. */
export async function readMembers(
  tx: Transaction,
  { tenantId }: Principal,
  { kind, before, most }: { kind: MemberKind | undefined; before: string | undefined; most: number },
): Promise<Row[]> {
  return tx
    .selectFrom('membership')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(kind !== undefined, (it) => it.where('kind', '=', kind ?? 'person'))
    .$if(before !== undefined, (it) => it.where('account_id', '<', before ?? ''))
    .orderBy('account_id', 'desc')
    .limit(most)
    .execute()
}

/** A member as a principal may see them. */
export function viewMember(principal: Pick<Principal, 'accountId' | 'role'>, row: Row): MemberView {
  return {
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    email: seesAddress(principal, row.account_id) ? row.email : null,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    disabledAt: row.disabled_at?.toISOString() ?? null,
    roleProviderId: row.role_provider_id,
  }
}

/** One member. @throws ProblemError `not_found` */
export async function findMember(
  tx: Transaction,
  { tenantId }: Principal,
  accountId: string,
  kind?: MemberKind,
): Promise<Row> {
  const row = await tx
    .selectFrom('membership')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .$if(kind !== undefined, (it) => it.where('kind', '=', kind ?? 'person'))
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found')
  return row
}

/** Gives a member another role, at once for each of their credentials. @throws ProblemError `not_found`, `forbidden`, `last_admin`, `invalid_transition` */
export async function changeRole(
  { audit }: { audit: Audit },
  tx: Transaction,
  { caller, accountId, kind, role }: MemberWish & { role: Role },
): Promise<MemberView> {
  const { principal, actor } = caller
  await lockAdmins(tx, caller)
  refuseRoleBeyond(principal, role)
  const member = await findMember(tx, principal, accountId, kind)
  if (member.role === 'admin' && role !== 'admin') {
    await refuseLastAdmin(tx, accountId)
    await endInvitationsBy(tx, member)
  }
  // By hand now, whoever gave the one before; the mark goes with the role that it needs.
  const given = { role, role_provider_id: null, ...(role === 'admin' ? {} : { break_glass: false }) }
  await update(tx, member, given)
  await refuseWithoutBreakGlass(tx, principal.tenantId)
  const details = { from: member.role, to: role }
  const change = { before: { role: member.role }, after: { role } }
  await audit(tx, actor, { action: actions[kind].changeRole, resource: `account/${accountId}`, details, change })
  return viewMember(principal, { ...member, ...given })
}

/**
 * Disables a member of this tenant, whose sessions end and whose keys are refused at once; or enables one again, whose keys work
 * again. Other tenants of the account aren't concerned.
 * @throws ProblemError `not_found`, `invalid_transition`, `last_admin`
 */
export async function setMemberDisabled(
  { audit }: { audit: Audit },
  tx: Transaction,
  { caller, accountId, kind, disabled }: MemberWish & { disabled: boolean },
): Promise<MemberView> {
  const { principal, actor } = caller
  await lockAdmins(tx, caller)
  const member = await findMember(tx, principal, accountId, kind)
  if ((member.disabled_at !== null) === disabled) {
    throw new ProblemError('invalid_transition', { detail: disabled ? 'it is disabled already' : 'it is not disabled' })
  }
  if (disabled && member.role === 'admin') await refuseLastAdmin(tx, accountId)
  const disabled_at = disabled ? new Date() : null
  await update(tx, member, { disabled_at })
  if (disabled) {
    await refuseWithoutBreakGlass(tx, principal.tenantId)
    await endSessions(tx, member)
    await endInvitationsBy(tx, member)
  }
  const action = disabled ? actions[kind].disable : actions[kind].enable
  await audit(tx, actor, { action, resource: `account/${accountId}` })
  return viewMember(principal, { ...member, disabled_at })
}

/**
 * Removes a member; sessions and keys go with the membership. Approvals, records and the trail keep the account's id.
 * @throws ProblemError `not_found`, `last_admin`, `invalid_transition` for the last break-glass account
 */
export async function removeMember(
  { audit }: { audit: Audit },
  tx: Transaction,
  { caller, accountId, kind }: MemberWish,
): Promise<void> {
  const { principal, actor } = caller
  await lockAdmins(tx, caller)
  const member = await findMember(tx, principal, accountId, kind)
  if (member.role === 'admin') await refuseLastAdmin(tx, accountId)
  await endInvitationsBy(tx, member)
  await tx
    .deleteFrom('membership')
    .where('tenant_id', '=', member.tenant_id)
    .where('account_id', '=', accountId)
    .execute()
  await refuseWithoutBreakGlass(tx, principal.tenantId)
  const details = { role: member.role }
  await audit(tx, actor, { action: actions[kind].remove, resource: `account/${accountId}`, details })
}

/** Gives a service account another name. @throws ProblemError `not_found` */
export async function renameServiceAccount(
  { audit }: { audit: Audit },
  tx: Transaction,
  { caller: { principal, actor }, accountId, name }: { caller: Caller; accountId: string; name: string },
): Promise<void> {
  const member = await findMember(tx, principal, accountId, 'service')
  await update(tx, member, { name })
  await sql`select rename_service_account(${accountId}::uuid, ${name})`.execute(tx)
  await audit(tx, actor, { action: 'service_account.rename', resource: `account/${accountId}` })
}

// Written out, so that a search for an action finds where it is from.
const actions = {
  person: {
    changeRole: 'member.change_role',
    disable: 'member.disable',
    enable: 'member.enable',
    remove: 'member.remove',
  },
  service: {
    changeRole: 'service_account.change_role',
    disable: 'service_account.disable',
    enable: 'service_account.enable',
    remove: 'service_account.remove',
  },
} as const

async function update(
  tx: Transaction,
  { tenant_id, account_id }: Row,
  set: Updateable<Pick<Tables['membership'], 'role' | 'name' | 'disabled_at' | 'role_provider_id' | 'break_glass'>>,
): Promise<void> {
  await tx
    .updateTable('membership')
    .set(set)
    .where('tenant_id', '=', tenant_id)
    .where('account_id', '=', account_id)
    .execute()
}

async function endSessions(tx: Transaction, { tenant_id, account_id }: Row): Promise<void> {
  await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenant_id)
    .where('account_id', '=', account_id)
    .where('revoked_at', 'is', null)
    .execute()
}

/** Ends the invitations that a member made: nobody comes back by one of their own. */
export async function endInvitationsBy(
  tx: Transaction,
  { tenant_id, account_id }: Pick<Row, 'tenant_id' | 'account_id'>,
): Promise<void> {
  await tx
    .updateTable('invitation')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenant_id)
    .where('invited_by', '=', account_id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute()
}
