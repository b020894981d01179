import { ProblemError } from '@afterai/contract'
import { type Selectable, sql } from 'kysely'
import type { Actor, Audit } from '../../audit/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import type { Caller } from '../../access/index.ts'
import { actFor } from '../account-credentials.ts'
import { accountTenants } from '../entry-functions.ts'

type Row = Selectable<Tables['session']>

/** How long sessions may be idle. */
interface Limits {
  readonly sessionIdleMs: number
}

/** The caller's open sessions, in all of their tenants, the newest first. */
export async function listOwnSessions({ sessionIdleMs }: Limits, tx: Transaction, { principal }: Caller) {
  await actFor(tx, principal.accountId)
  const tenants = new Map((await accountTenants(tx, principal.accountId)).map(({ id, slug }) => [id, slug]))
  const rows = await openSessions(tx, sessionIdleMs).where('account_id', '=', principal.accountId).execute()
  return rows.map((row) => toView(row, { current: principal.credentialId, slug: tenants.get(row.tenant_id) ?? null }))
}

/** A member's open sessions in the caller's tenant. @throws ProblemError `not_found` for who is no member */
export async function listMemberSessions(
  { sessionIdleMs }: Limits,
  tx: Transaction,
  { caller: { principal }, accountId }: { caller: Caller; accountId: string },
) {
  await refuseStranger(tx, principal.tenantId, accountId)
  const rows = await openSessions(tx, sessionIdleMs)
    .where('tenant_id', '=', principal.tenantId)
    .where('account_id', '=', accountId)
    .execute()
  return rows.map((row) => toView(row, { current: principal.credentialId, slug: null }))
}

function openSessions(tx: Transaction, sessionIdleMs: number) {
  return tx
    .selectFrom('session')
    .selectAll()
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date())
    .where('used_at', '>', new Date(Date.now() - sessionIdleMs))
    .orderBy('created_at', 'desc')
    .limit(1000)
}

/** Ends one of the caller's sessions, in whichever tenant. @throws ProblemError `not_found` */
export async function endOwnSession(
  audit: Audit,
  tx: Transaction,
  { caller, id }: { caller: Caller; id: string },
): Promise<void> {
  const { accountId } = caller.principal
  await actFor(tx, accountId)
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (ended.numUpdatedRows !== 1n) throw new ProblemError('not_found')
  await audit(tx, caller.actor, { action: 'session.end', resource: `session/${id}` })
}

/** Ends all of an account's sessions but one, in all of its tenants, and those that devices would still get. Answers how many. */
export async function endOtherSessions(
  tx: Transaction,
  { accountId, kept }: { accountId: string; kept: string },
): Promise<number> {
  await actFor(tx, accountId)
  await withdrawDeviceApprovals(tx, accountId)
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('account_id', '=', accountId)
    .where('id', '!=', kept)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}

/** Ends all sessions of a member in the actor's tenant. @throws ProblemError `not_found` for who is no member */
export async function endMemberSessions(
  audit: Audit,
  tx: Transaction,
  { actor, accountId }: { actor: Actor; accountId: string },
): Promise<void> {
  await refuseStranger(tx, actor.tenantId, accountId)
  await withdrawDeviceApprovals(tx, accountId)
  const ended = await tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', actor.tenantId)
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  const details = { sessions: Number(ended.numUpdatedRows) }
  await audit(tx, actor, { action: 'member.end_sessions', resource: `account/${accountId}`, details })
}

async function withdrawDeviceApprovals(tx: Transaction, accountId: string): Promise<void> {
  await sql`select withdraw_device_approvals(${accountId}::uuid)`.execute(tx)
}

async function refuseStranger(tx: Transaction, tenantId: string, accountId: string): Promise<void> {
  const member = await tx
    .selectFrom('membership')
    .select('account_id')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (member === undefined) throw new ProblemError('not_found')
}

function toView(row: Row, { current, slug }: { current: string; slug: string | null }) {
  return {
    id: row.id,
    tenant: slug,
    current: row.id === current,
    createdAt: row.created_at.toISOString(),
    usedAt: row.used_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    authenticatedAt: row.authenticated_at.toISOString(),
    methods: row.amr,
    address: row.address,
    device: row.device,
  }
}
