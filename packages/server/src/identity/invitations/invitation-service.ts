import { type CreatedInvitation, type InvitationView, ProblemError, type Role } from '@afterai/contract'
import type { Selectable } from 'kysely'
import type { Actor, Audit, AuditAction } from '../../audit/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { type Caller, type HashCredential, newCode, refuseRoleBeyond } from '../../access/index.ts'
import type { MailQueue, MailState } from '../mail-queue.ts'

const lifetimeMs = 7 * 24 * 3_600_000

type Row = Selectable<Tables['invitation']>

/** Dependencies of invitations. */
export interface InvitationDependencies {
  readonly audit: Audit
  readonly hashCredential: HashCredential
  /** Absent where the instance sends no mail: codes are then in the answer. */
  readonly mail?: MailQueue | undefined
}

/**
 * Invites a person; an open invitation of the same address ends. Whether the address has an account, nobody learns.
 * @throws ProblemError `conflict` for a member of this tenant
 */
export async function invite(
  deps: InvitationDependencies,
  tx: Transaction,
  { actor, email, role }: { actor: Actor & { readonly actorId: string | null }; email: string; role: Role },
): Promise<CreatedInvitation> {
  const { tenantId } = actor
  const invitations = tx.updateTable('invitation').where('tenant_id', '=', tenantId).where('email', '=', email)
  await refuseMember(tx, tenantId, email)
  await invitations
    .set({ revoked_at: new Date() })
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute()
  const code = deps.mail ? null : newCode()
  const row = await tx
    .insertInto('invitation')
    .values({
      tenant_id: tenantId,
      id: newId(),
      email,
      role,
      code_hash: code === null ? null : deps.hashCredential(code),
      invited_by: actor.actorId ?? '',
      expires_at: new Date(Date.now() + lifetimeMs),
      accepted_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return deliver(deps, tx, { actor, row, code, action: 'member.invite' })
}

/** Invites on behalf of a caller, who gives no role that may do more than they. @throws ProblemError `forbidden`, `conflict` */
export async function inviteAs(
  deps: InvitationDependencies,
  tx: Transaction,
  { caller: { principal, actor }, email, role }: { caller: Caller; email: string; role: Role },
): Promise<CreatedInvitation> {
  refuseRoleBeyond(principal, role)
  return invite(deps, tx, { actor, email, role })
}

/** Gives an open or expired invitation a new code and seven more days; the code before is void. @throws ProblemError `not_found` */
export async function resendInvitation(
  deps: InvitationDependencies,
  tx: Transaction,
  { caller: { principal, actor }, id }: { caller: Caller; id: string },
): Promise<CreatedInvitation> {
  const code = deps.mail ? null : newCode()
  const row = await tx
    .updateTable('invitation')
    .set({
      code_hash: code === null ? null : deps.hashCredential(code),
      expires_at: new Date(Date.now() + lifetimeMs),
    })
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no open invitation with this id' })
  refuseRoleBeyond(principal, row.role)
  await refuseMember(tx, principal.tenantId, row.email)
  return deliver(deps, tx, { actor, row, code, action: 'member.invite_again' })
}

/** Ends an open invitation: its code is no longer good. @throws ProblemError `not_found` */
export async function revokeInvitation(
  deps: InvitationDependencies,
  tx: Transaction,
  { caller: { principal, actor }, id }: { caller: Caller; id: string },
): Promise<void> {
  const revoked = await tx
    .updateTable('invitation')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', principal.tenantId)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (revoked.numUpdatedRows !== 1n) {
    throw new ProblemError('not_found', { detail: 'there is no open invitation with this id' })
  }
  await deps.audit(tx, actor, { action: 'member.revoke_invitation', resource: `invitation/${id}` })
}

/** Invitations, newest first. */
export async function readInvitations(
  tx: Transaction,
  tenantId: string,
  { before, most }: { before: string | undefined; most: number },
): Promise<Row[]> {
  return tx
    .selectFrom('invitation')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (it) => it.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}

/** An invitation as administrators see it. `mail` is how far its newest mail got; absent where the code is handed over. */
export function viewInvitation(row: Row, mail: MailState | undefined): InvitationView {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    state: stateOf(row),
    delivery: mail?.delivery ?? 'by_hand',
    deliveryError: mail?.error ?? null,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}

function stateOf(row: Row): InvitationView['state'] {
  if (row.accepted_at !== null) return 'accepted'
  if (row.revoked_at !== null) return 'revoked'
  return row.expires_at.getTime() <= Date.now() ? 'expired' : 'pending'
}

async function refuseMember(tx: Transaction, tenantId: string, email: string): Promise<void> {
  const member = await tx
    .selectFrom('membership')
    .select('account_id')
    .where('tenant_id', '=', tenantId)
    .where('email', '=', email)
    .executeTakeFirst()
  if (member !== undefined) throw new ProblemError('conflict', { detail: 'this person is a member already' })
}

async function deliver(
  deps: InvitationDependencies,
  tx: Transaction,
  { actor, row, code, action }: { actor: Actor; row: Row; code: string | null; action: AuditAction },
): Promise<CreatedInvitation> {
  await deps.mail?.queue(tx, { tenantId: actor.tenantId, kind: 'invitation', subjectId: row.id })
  await deps.audit(tx, actor, { action, resource: `invitation/${row.id}`, details: { role: row.role } })
  return { ...viewInvitation(row, deps.mail && { delivery: 'queued', error: null }), code }
}
