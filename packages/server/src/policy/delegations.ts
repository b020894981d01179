import { type Delegation, type delegateRequest, ProblemError } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Caller } from '../access/index.ts'
import { type Audit, nameThen } from '../audit/index.ts'
import type { Tables, Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'

type Row = Selectable<Tables['delegation']>

const yearMs = 366 * 86_400_000

/**
 * Hands the approvals for which policies name the caller to another person, until an instant.
 * @throws ProblemError `invalid_request` for an instant that has passed or lies too far ahead, for oneself, and for whoever may not approve
 */
export async function delegateApprovals(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { to, until, reason }: z.infer<typeof delegateRequest>,
): Promise<Delegation> {
  const { tenantId, accountId } = principal
  const end = new Date(until)
  const member = await tx
    .selectFrom('membership')
    .select(['name', 'role', 'kind', 'disabled_at'])
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', to)
    .executeTakeFirst()
  refuse([
    ['/to', to === accountId && 'is yourself: name another person'],
    [
      '/to',
      (member === undefined || member.kind !== 'person') && 'is no person of this tenant; see: afterai user list',
    ],
    ['/to', member?.disabled_at != null && 'is disabled'],
    [
      '/to',
      member !== undefined &&
        !approverRoles.includes(member.role) &&
        `has the role ${member.role}, which may not approve: a delegation gives nobody a permission`,
    ],
    ['/until', end.getTime() <= Date.now() && 'has passed'],
    ['/until', end.getTime() > Date.now() + yearMs && 'lies more than a year ahead'],
  ])
  const row = await tx
    .insertInto('delegation')
    .values({
      tenant_id: tenantId,
      id: newId(),
      from_id: accountId,
      from_name: nameThen(principal),
      to_id: to,
      to_name: member?.name ?? null,
      reason,
      until: end,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'delegation.create',
    resource: `delegation/${row.id}`,
    details: { from: accountId, to, until: end.toISOString(), reason },
  })
  return toView(row)
}

const approverRoles: readonly string[] = ['admin', 'approver']

function refuse(faults: readonly (readonly [pointer: string, detail: string | false])[]): void {
  const [first] = faults.flatMap(([pointer, detail]) => (detail === false ? [] : [{ pointer, detail }]))
  if (first !== undefined) throw new ProblemError('invalid_request', { errors: [first] })
}

/**
 * Ends a delegation before its time: of one's own, or as an administrator. What was approved by it stays.
 * @throws ProblemError `not_found`, `forbidden`, `invalid_transition` where it is over
 */
export async function endDelegation(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  id: string,
): Promise<Delegation> {
  const { tenantId, accountId } = principal
  const held = await tx
    .selectFrom('delegation')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (held === undefined) throw new ProblemError('not_found', { detail: 'there is no delegation with this id' })
  if (![held.from_id, held.to_id].includes(accountId) && principal.role !== 'admin') {
    const detail = 'it is for the two whom it is of to end it, or for an administrator'
    throw new ProblemError('forbidden', { permission: 'decision:approve', detail })
  }
  if (!isInForce(held)) throw new ProblemError('invalid_transition', { detail: 'it is over already' })
  const row = await tx
    .updateTable('delegation')
    .set({ ended_at: new Date(), ended_by: accountId, ended_by_name: nameThen(principal) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'delegation.end',
    resource: `delegation/${id}`,
    details: { from: row.from_id, to: row.to_id },
  })
  return toView(row)
}

/** One page of the delegations of a tenant, the newest first. */
export async function listDelegations(
  tx: Transaction,
  tenantId: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: Delegation[]; nextCursor: string | null }> {
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('delegation')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (it) => it.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, toView)
}

/** For whom somebody may approve: who delegated to them, and may approve still. */
export interface Delegator {
  readonly accountId: string
  readonly name: string | null
}

/** The statement that finds in whose places a person may approve now. */
export function selectDelegators(tx: Transaction, tenantId: string, toId: string): CompiledQuery<Delegator> {
  return sql<Delegator>`
    select distinct on (d.from_id) d.from_id as "accountId", m.name
    from delegation d
    join membership m on m.tenant_id = d.tenant_id and m.account_id = d.from_id
    where d.tenant_id = ${tenantId} and d.to_id = ${toId} and d.until > now() and d.ended_at is null
      and m.disabled_at is null and m.role = any(${[...approverRoles]}::text[])
    order by d.from_id, d.id`.compile(tx)
}

/** The statement that finds every delegation that was in force at an instant. */
export function selectDelegationsAt(
  tx: Transaction,
  tenantId: string,
  at: Date,
): CompiledQuery<{ readonly fromId: string; readonly toId: string }> {
  return sql<{ fromId: string; toId: string }>`
    select from_id as "fromId", to_id as "toId" from delegation
    where tenant_id = ${tenantId} and delegated_at <= ${at} and until > ${at} and (ended_at is null or ended_at > ${at})
    order by id`.compile(tx)
}

function isInForce({ until, ended_at: endedAt }: Row): boolean {
  return endedAt === null && until.getTime() > Date.now()
}

function toView(row: Row): Delegation {
  return {
    id: row.id,
    fromId: row.from_id,
    fromName: row.from_name,
    toId: row.to_id,
    toName: row.to_name,
    reason: row.reason,
    delegatedAt: row.delegated_at.toISOString(),
    until: row.until.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    endedByName: row.ended_by_name,
    inForce: isInForce(row),
  }
}
