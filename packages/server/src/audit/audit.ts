import { decodeHex, digestOf, type JsonValue, sealSection } from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { AuditAction } from './actions.ts'
import { type AuditOutcome, type EventStatement, statementOf } from './event-statement.ts'
import { emailThen, nameThen } from './name-then.ts'
import { announce } from './notices.ts'

declare module '../platform/database.ts' {
  interface Tables {
    audit_event: {
      tenant_id: string
      id: string
      occurred_at: Date
      action: string
      outcome: AuditOutcome
      actor_id: string | null
      actor_name: string | null
      actor_email: string | null
      actor_key: string | null
      credential: string
      address: string | null
      request_id: string | null
      resource: string | null
      details: unknown
      salt: Uint8Array
      /** Null in events that keep their envelope, from before 0048_narrow_rows.sql. */
      commitment: Uint8Array | null
      ciphertext_sha256: Uint8Array | null
      envelope: Uint8Array | null
      ciphertext: Uint8Array | null
    }
  }
}

/** Who acts, by what, from where. */
export interface Actor {
  readonly tenantId: string
  /** Null where nobody is known yet, such as a failed sign-in. */
  readonly actorId: string | null
  /** `cookie`, `bearer`, `api_key`, `setup_code`, `invitation`, `password`, or `system` for the server itself. */
  readonly credential: string
  readonly address: string | null
  readonly requestId: string | null
  /** The name that they go by elsewhere, for those who are no members: an operator in another tenant. */
  readonly name?: string
  /** The API key's id, where that is the credential. */
  readonly credentialId?: string
}

/** The server itself, acting in a tenant. */
export function systemActor(tenantId: string): Actor {
  return { tenantId, actorId: null, credential: 'system', address: null, requestId: null }
}

/** An event: what happened. `details` are metadata: ids, names, digests; never content or a secret. */
export interface AuditEvent {
  readonly action: AuditAction
  readonly outcome?: AuditOutcome
  readonly resource?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** The state of the resource before and after, where it is updated: the event keeps the digest of each, as `details.stateBefore` and `stateAfter`. */
  readonly change?: { readonly before: unknown; readonly after: unknown }
  /** The change that it is about, where neither the resource nor the details say so: told to whoever follows what happens, and not kept. */
  readonly changeId?: string
}

/** Numbers and signs statements and queues them for a tenant's log, with what goes along, in the caller's transaction. The ledger's, wired in instance/composition.ts. */
export type AppendStatements = (
  tx: Transaction,
  tenantId: string,
  items: readonly { readonly entryId: string; readonly statement: EventStatement }[],
  along: () => readonly CompiledQuery[],
) => Promise<void>

/** Writes events, in their order. It takes the transaction of the change: no audit, no change (P4.4). */
export type Audit = (tx: Transaction, actor: Actor, ...events: readonly AuditEvent[]) => Promise<void>

// Each is signed: so many at a stretch, and then others have their turn.
const eventsAtOnce = 64

/** The audit trail over a ledger. */
export function createAudit(append: AppendStatements): Audit {
  return async (tx, actor, ...events) => {
    for (let first = 0; first < events.length; first += eventsAtOnce) {
      const sealed = events.slice(first, first + eventsAtOnce).map((event) => seal(actor, event))
      await append(
        tx,
        actor.tenantId,
        sealed.map((row) => ({ entryId: row.id, statement: statementOf(row) })),
        () => [insertEvents(tx, actor, sealed), ...announce(tx, sealed)],
      )
    }
  }
}

type Sealed = ReturnType<typeof seal>

function seal(actor: Actor, { action, outcome = 'allowed', change, details: given = {}, ...event }: AuditEvent) {
  const { tenantId, actorId, credential, address, requestId } = actor
  const resource = event.resource ?? null
  const details = plain(change === undefined ? given : { ...given, ...digestsOf(change) })
  const { salt, commitment, ciphertextSha256 } = sealSection('details', {
    credential,
    address,
    requestId,
    resource,
    details,
  })
  return {
    id: newId(),
    tenant_id: tenantId,
    occurred_at: new Date(),
    action,
    outcome,
    actor_id: actorId,
    resource,
    details,
    salt,
    commitment: decodeHex(commitment),
    ciphertext_sha256: decodeHex(ciphertextSha256),
    changeId: event.changeId,
  }
}

function insertEvents(tx: Transaction, actor: Actor, rows: readonly Sealed[]): CompiledQuery {
  const { name, email, key } = namesOf(actor)
  return sql`
    insert into audit_event (
      tenant_id, actor_id, actor_name, actor_email, actor_key, credential, address, request_id,
      id, occurred_at, action, outcome, resource, details, salt, commitment, ciphertext_sha256)
    select ${actor.tenantId}::uuid, ${actor.actorId}::uuid, ${name}, ${email}, ${key},
      ${actor.credential}::text, ${actor.address}::text, ${actor.requestId}::text,
      it.id, it.at, it.action, it.outcome, it.resource, it.details::jsonb, it.salt, it.commitment, it.ciphertext_sha256
    from unnest(
      ${rows.map((it) => it.id)}::uuid[], ${rows.map((it) => it.occurred_at.toISOString())}::timestamptz[], ${rows.map((it) => it.action)}::text[],
      ${rows.map((it) => it.outcome)}::text[], ${rows.map((it) => it.resource)}::text[],
      ${rows.map((it) => JSON.stringify(it.details))}::text[], ${rows.map((it) => it.salt)}::bytea[],
      ${rows.map((it) => it.commitment)}::bytea[], ${rows.map((it) => it.ciphertext_sha256)}::bytea[]
    ) as it (id, at, action, outcome, resource, details, salt, commitment, ciphertext_sha256)`.compile(tx)
}

// As they are at this moment, by the same statement: nobody who writes an event has to look them up, or can forget to.
function namesOf({ tenantId, actorId, name, credential, credentialId }: Actor) {
  const account = { tenantId, accountId: actorId, name }
  const isKey = credential === 'api_key' && credentialId !== undefined
  return {
    name: nameThen(account),
    email: emailThen(account),
    key: isKey
      ? sql<string | null>`(select prefix from api_key where tenant_id = ${tenantId} and id = ${credentialId})`
      : sql<string | null>`null::text`,
  }
}

// What the column will hold, so that it can be held against the commitment later.
function plain(details: unknown): JsonValue {
  return JSON.parse(JSON.stringify(details ?? null)) as JsonValue
}

function digestsOf({ before, after }: NonNullable<AuditEvent['change']>) {
  return { stateBefore: digestOf(plain(before)), stateAfter: digestOf(plain(after)) }
}
