import { type AuditStream, type CreateAuditStream, ProblemError } from '@afterai/contract'
import { type Selectable, sql } from 'kysely'
import type { Audit } from '../../audit/index.ts'
import type { Caller } from '../../access/index.ts'
import type { TenantKeys } from '../../keys/index.ts'
import { isUniqueViolation, type Tables, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { readLogSize } from '../../trail/index.ts'
import type { OutboundPolicy } from '../../platform/outbound-addresses.ts'
import { endpointOf, sealDestination, toDestination } from './destination.ts'

const mostStreams = 20

/** Dependencies of managing streams. */
export interface StreamDependencies {
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly policy: OutboundPolicy
}

type Row = Selectable<Tables['audit_stream']>

/** All of a tenant's destinations, by name. */
export async function listStreams(tx: Transaction, tenantId: string): Promise<AuditStream[]> {
  const rows = await streams(tx, tenantId).orderBy('name').execute()
  const views: AuditStream[] = []
  for (const row of rows) views.push(await toView(tx, row))
  return views
}

/** One destination. @throws ProblemError `not_found` */
export async function readStream(tx: Transaction, tenantId: string, id: string): Promise<AuditStream> {
  const row = await streams(tx, tenantId).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no audit stream with this id' })
  return toView(tx, row)
}

/** Adds a destination. The secret is in the answer and nowhere else. @throws ProblemError `conflict`, `invalid_request` */
export async function createStream(
  deps: StreamDependencies,
  tx: Transaction,
  { principal: { tenantId, accountId }, actor }: Caller,
  wanted: CreateAuditStream,
): Promise<AuditStream & { secret: string | null }> {
  await refuseTooMany(tx, tenantId)
  const id = newId()
  const destination = toDestination(wanted, deps.policy)
  const { kind, name } = wanted
  const endpoint = endpointOf(destination)
  const sealed = await sealDestination(deps.keys, tx, { tenantId, id, destination })
  const nextIndex = wanted.startFrom === 'beginning' ? 0 : await readLogSize(tx, tenantId)
  const row = { tenant_id: tenantId, id, name, kind, endpoint, sealed, created_by: accountId, next_index: nextIndex }
  await insertStream(tx, row)
  await deps.audit(tx, actor, {
    action: 'audit_stream.create',
    resource: `audit-stream/${id}`,
    details: { name, kind, endpoint, nextIndex },
  })
  const secret = destination.kind === 'webhook' ? destination.secret : null
  return { ...(await readStream(tx, tenantId, id)), secret }
}

/** Removes a destination; what was under way to it may still arrive. @throws ProblemError `not_found` */
export async function removeStream(
  deps: StreamDependencies,
  tx: Transaction,
  { principal: { tenantId }, actor }: Caller,
  id: string,
): Promise<void> {
  const before = await lockStream(tx, tenantId, id)
  await tx.deleteFrom('audit_stream').where('tenant_id', '=', tenantId).where('id', '=', id).execute()
  await deps.audit(tx, actor, {
    action: 'audit_stream.remove',
    resource: `audit-stream/${id}`,
    details: { name: before.name, kind: before.kind, endpoint: before.endpoint },
    change: { before: settingsOf(before), after: null },
  })
}

/** A command to a destination that exists. */
export type StreamCommand =
  | { readonly to: 'pause' }
  | { readonly to: 'resume' }
  | { readonly to: 'replay'; readonly fromIndex: number }

/**
 * Pauses a destination, has it go on, or has it send again from an entry of the log on.
 * @throws ProblemError `not_found`, `invalid_request` for an entry that the log doesn't have
 */
export async function commandStream(
  deps: StreamDependencies,
  tx: Transaction,
  { principal: { tenantId }, actor }: Caller,
  { id, ...command }: StreamCommand & { id: string },
): Promise<AuditStream> {
  const before = await lockStream(tx, tenantId, id)
  await tx
    .updateTable('audit_stream')
    .set(await changesFor(tx, before, command))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  const after = await streams(tx, tenantId).where('id', '=', id).executeTakeFirstOrThrow()
  await deps.audit(tx, actor, {
    action: `audit_stream.${command.to}`,
    resource: `audit-stream/${id}`,
    details: command.to === 'replay' ? { fromIndex: command.fromIndex, nextIndex: before.next_index } : {},
    change: { before: settingsOf(before), after: settingsOf(after) },
  })
  return toView(tx, after)
}

async function changesFor(tx: Transaction, { tenant_id: tenantId, paused_at }: Row, command: StreamCommand) {
  const atOnce = { retry_at: sql<Date>`now()`, failures: 0 }
  if (command.to === 'pause') return { paused_at: paused_at ?? new Date() }
  if (command.to === 'resume') return { paused_at: null, ...atOnce }
  const size = await readLogSize(tx, tenantId)
  if (command.fromIndex > size) {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/fromIndex', detail: `the log has ${size} entries so far` }],
    })
  }
  return { next_index: command.fromIndex, ...atOnce }
}

/** Reads the settings of a destination. How far it is isn't one: that moves without an event, so no two events would meet. */
function settingsOf({ name, kind, endpoint, paused_at }: Row) {
  return { name, kind, endpoint, pausedAt: paused_at?.toISOString() ?? null }
}

async function lockStream(tx: Transaction, tenantId: string, id: string): Promise<Row> {
  const row = await streams(tx, tenantId).where('id', '=', id).forUpdate().executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no audit stream with this id' })
  return row
}

async function refuseTooMany(tx: Transaction, tenantId: string): Promise<void> {
  if ((await streams(tx, tenantId).execute()).length < mostStreams) return
  throw new ProblemError('conflict', { detail: `a tenant has ${mostStreams} audit streams at most` })
}

async function insertStream(
  tx: Transaction,
  row: Pick<Row, 'tenant_id' | 'id' | 'name' | 'kind' | 'endpoint' | 'sealed' | 'created_by' | 'next_index'>,
): Promise<void> {
  try {
    await tx.insertInto('audit_stream').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('conflict', { detail: 'an audit stream of this name exists' })
  }
}

function streams(tx: Transaction, tenantId: string) {
  return tx.selectFrom('audit_stream').selectAll().where('tenant_id', '=', tenantId)
}

async function toView(tx: Transaction, row: Row): Promise<AuditStream> {
  const size = await readLogSize(tx, row.tenant_id)
  const oldest = await tx
    .selectFrom('ledger_entry')
    .select('integrated_at')
    .where('tenant_id', '=', row.tenant_id)
    .where('idx', '=', row.next_index)
    .executeTakeFirst()
  const isFailing = row.failures > 0
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    endpoint: row.endpoint,
    state: row.paused_at !== null ? 'paused' : isFailing ? 'failing' : 'sending',
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    nextIndex: row.next_index,
    lagEvents: Math.max(0, size - row.next_index),
    lagSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.integrated_at.getTime()) / 1000),
    delivered: row.delivered,
    lastDeliveredAt: row.last_delivered_at?.toISOString() ?? null,
    failures: row.failures,
    lastError: row.last_error,
    lastErrorAt: row.last_error_at?.toISOString() ?? null,
    retryAt: isFailing && row.paused_at === null ? row.retry_at.toISOString() : null,
  }
}
