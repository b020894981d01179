import { type Envelope, type EnvelopeTerms, ProblemError, type proposeEnvelopeRequest } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Caller } from '../access/index.ts'
import { findSystem } from '../ace/index.ts'
import { type Audit, nameThen } from '../audit/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

type Row = Selectable<Tables['envelope']> & { readonly system: string | null }

const yearMs = 366 * 86_400_000

/** Proposes which standard changes need no decision of their own. @throws ProblemError `not_found`, `invalid_request` */
export async function proposeEnvelope(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { title, system, ...terms }: z.infer<typeof proposeEnvelopeRequest>,
): Promise<Envelope> {
  const { tenantId } = principal
  const systemId = system === undefined ? null : (await findSystem(tx, tenantId, system)).id
  const ms = Date.parse(terms.until) - Date.now()
  if (ms <= 0 || ms > yearMs) {
    const detail = ms <= 0 ? 'lies in the past' : 'lies more than a year ahead'
    throw new ProblemError('invalid_request', { errors: [{ pointer: '/until', detail }] })
  }
  const id = newId()
  await tx
    .insertInto('envelope')
    .values({
      tenant_id: tenantId,
      id,
      title,
      system_id: systemId,
      terms: json<EnvelopeTerms>(terms),
      proposed_by: principal.accountId,
      proposed_by_name: nameThen(principal),
    })
    .execute()
  await audit(tx, actor, {
    action: 'envelope.propose',
    resource: `envelope/${id}`,
    details: { title, system: system ?? null, terms },
  })
  return readEnvelope(tx, tenantId, id)
}

/** Approves an envelope that another person proposed; it is in force from then on. @throws ProblemError `not_found`, `self_approval`, `invalid_transition` */
export async function approveEnvelope(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  id: string,
): Promise<Envelope> {
  const { tenantId, accountId } = principal
  const row = await holdEnvelope(tx, tenantId, id)
  if (row.proposed_by === accountId) throw new ProblemError('self_approval')
  if (stateOf(row) !== 'proposed')
    throw new ProblemError('invalid_transition', { detail: `the envelope is ${stateOf(row)}` })
  await tx
    .updateTable('envelope')
    .set({ approved_at: new Date(), approved_by: accountId, approved_by_name: nameThen(principal) })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  // What was agreed on is part of the event: the log seals it.
  await audit(tx, actor, {
    action: 'envelope.approve',
    resource: `envelope/${id}`,
    details: { title: row.title, terms: row.terms },
  })
  return readEnvelope(tx, tenantId, id)
}

/** Ends an envelope. What ran by it until then stays as it was. @throws ProblemError `not_found`, `invalid_transition` */
export async function revokeEnvelope(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  id: string,
): Promise<Envelope> {
  const { tenantId, accountId } = principal
  const row = await holdEnvelope(tx, tenantId, id)
  if (row.revoked_at !== null)
    throw new ProblemError('invalid_transition', { detail: 'the envelope is revoked already' })
  await tx
    .updateTable('envelope')
    .set({ revoked_at: new Date(), revoked_by: accountId })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  await audit(tx, actor, { action: 'envelope.revoke', resource: `envelope/${id}`, details: { title: row.title } })
  return readEnvelope(tx, tenantId, id)
}

async function holdEnvelope(tx: Transaction, tenantId: string, id: string): Promise<Row> {
  const row = await tx
    .selectFrom('envelope')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw noSuchEnvelope()
  return { ...row, system: null }
}

function noSuchEnvelope(): ProblemError {
  return new ProblemError('not_found', { detail: 'there is no envelope with this id' })
}

/** The statement that reads the envelopes of a tenant, the newest first. */
export function selectEnvelopes(tx: Transaction, tenantId: string): CompiledQuery<Row> {
  return sql<Row>`
    select e.*, s.name as system from envelope e left join system s on s.tenant_id = e.tenant_id and s.id = e.system_id
    where e.tenant_id = ${tenantId} order by e.id desc limit 500`.compile(tx)
}

/** Envelopes of a tenant, the newest first. */
export async function listEnvelopes(tx: Transaction, tenantId: string): Promise<{ items: Envelope[] }> {
  const { rows } = await tx.executeQuery<Row>(selectEnvelopes(tx, tenantId))
  return { items: rows.map(toView) }
}

async function readEnvelope(tx: Transaction, tenantId: string, id: string): Promise<Envelope> {
  const { items } = await listEnvelopes(tx, tenantId)
  const found = items.find((it) => it.id === id)
  if (found === undefined) throw noSuchEnvelope()
  return found
}

/** An envelope that was in force. */
export interface EnvelopeInForce {
  readonly id: string
  readonly systemId: string | null
  readonly terms: EnvelopeTerms
}

/** Those that were in force at an instant, in a system. */
export function inForce(rows: readonly Row[], systemId: string, at: Date): EnvelopeInForce[] {
  return rows
    .filter((row) => row.system_id === null || row.system_id === systemId)
    .filter(
      (row) => row.approved_at !== null && row.approved_at <= at && (row.revoked_at === null || row.revoked_at > at),
    )
    .filter((row) => Date.parse(row.terms.until) > at.getTime())
    .map((row) => ({ id: row.id, systemId: row.system_id, terms: row.terms }))
}

function stateOf({ approved_at, revoked_at, terms }: Omit<Row, 'system'>): Envelope['state'] {
  if (revoked_at !== null) return 'revoked'
  if (Date.parse(terms.until) <= Date.now()) return 'expired'
  return approved_at === null ? 'proposed' : 'in_force'
}

function toView(row: Row): Envelope {
  return {
    id: row.id,
    title: row.title,
    system: row.system,
    terms: row.terms,
    state: stateOf(row),
    proposedAt: row.proposed_at.toISOString(),
    proposedBy: row.proposed_by,
    proposedByName: row.proposed_by_name,
    approvedAt: row.approved_at?.toISOString() ?? null,
    approvedBy: row.approved_by,
    approvedByName: row.approved_by_name,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }
}
