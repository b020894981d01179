import { json, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

declare module '../platform/database.ts' {
  interface Tables {
    audit_event: {
      tenant_id: string
      id: string
      occurred_at: Date
      action: string
      outcome: AuditOutcome
      actor_id: string | null
      credential: string
      address: string | null
      request_id: string | null
      resource: string | null
      details: unknown
      envelope: Uint8Array
    }
  }
}

export type AuditOutcome = 'allowed' | 'denied' | 'failed'

/** Who acts, by what, from where. */
export interface Actor {
  readonly tenantId: string
  /** Null where nobody is known yet, such as a failed sign-in. */
  readonly actorId: string | null
  /** `cookie`, `bearer`, `api_key`, `setup_code`, `invitation`, `password`, or `system` for the server itself. */
  readonly credential: string
  readonly address: string | null
  readonly requestId: string | null
}

/** What happened. `details` are metadata: ids, names, digests; never content or a secret. */
export interface AuditEvent {
  readonly action: string
  readonly outcome?: AuditOutcome
  readonly resource?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** One event with its identity and time, as it goes into the ledger. */
export interface StampedEvent extends Required<Omit<AuditEvent, 'resource'>> {
  readonly id: string
  readonly occurredAt: Date
  readonly actor: Actor
  readonly resource: string | null
}

/** Puts an event into the tenant's ledger, in the caller's transaction; answers the signed envelope. Wired in main.ts. */
export type SealAuditEvent = (tx: Transaction, event: StampedEvent) => Promise<Uint8Array>

/** Writes one event. It takes the transaction of the change: no audit, no change (P4.4). */
export type Audit = (tx: Transaction, actor: Actor, event: AuditEvent) => Promise<void>

/** The audit trail over a ledger. */
export function createAudit(seal: SealAuditEvent): Audit {
  return async (tx, actor, event) => {
    const stamped: StampedEvent = {
      id: newId(),
      occurredAt: new Date(),
      actor,
      action: event.action,
      outcome: event.outcome ?? 'allowed',
      resource: event.resource ?? null,
      details: event.details ?? {},
    }
    const envelope = await seal(tx, stamped)
    await tx.insertInto('audit_event').values(toRow(stamped, envelope)).execute()
  }
}

function toRow(event: StampedEvent, envelope: Uint8Array) {
  return {
    tenant_id: event.actor.tenantId,
    id: event.id,
    occurred_at: event.occurredAt,
    action: event.action,
    outcome: event.outcome,
    actor_id: event.actor.actorId,
    credential: event.actor.credential,
    address: event.actor.address,
    request_id: event.actor.requestId,
    resource: event.resource,
    details: json<unknown>(event.details),
    envelope,
  }
}
