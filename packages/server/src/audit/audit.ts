import {
  type AuditFacts,
  canonicalBytes,
  encodeHex,
  type JsonValue,
  type SectionCommitment,
  sealSection,
  sha256,
} from '@afterai/record'
import { sql } from 'kysely'
import { json, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { emailThen, nameThen } from './name-then.ts'

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
      envelope: Uint8Array
      salt: Uint8Array
      ciphertext: Uint8Array
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
  /** The name that they go by elsewhere, for those who are no members: an operator in another tenant. */
  readonly name?: string
  /** The API key's id, where that is the credential. */
  readonly credentialId?: string
}

/** What happened. `details` are metadata: ids, names, digests; never content or a secret. */
export interface AuditEvent {
  readonly action: string
  readonly outcome?: AuditOutcome
  readonly resource?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** The state of the resource before and after, where it is updated: the event keeps the digest of each, as `details.stateBefore` and `stateAfter`. */
  readonly change?: { readonly before: unknown; readonly after: unknown }
}

/** Numbers and signs a statement and queues it for the tenant's log, in the caller's transaction. The ledger's, wired in main.ts. */
export type AppendStatement = (
  tx: Transaction,
  item: {
    tenantId: string
    entryId: string
    statement: {
      readonly kind: 'audit'
      readonly facts: Omit<AuditFacts, 'producer'>
      readonly sections: readonly SectionCommitment[]
    }
  },
) => Promise<{ bytes: Uint8Array }>

/** Writes one event. It takes the transaction of the change: no audit, no change (P4.4). */
export type Audit = (tx: Transaction, actor: Actor, event: AuditEvent) => Promise<void>

const outcomesInLedger = { allowed: 'success', denied: 'denied', failed: 'failure' } as const

/** The audit trail over a ledger. */
export function createAudit(append: AppendStatement): Audit {
  return async (tx, actor, { action, outcome = 'allowed', resource = null, change, details: given = {} }) => {
    const details = change === undefined ? given : { ...given, ...digestsOf(change) }
    const id = newId()
    const occurredAt = new Date()
    const { tenantId, actorId, credential, address, requestId } = actor
    const context = { credential, address, requestId, resource, details: plain(details) }
    const { salt, ciphertext, ...commitment } = sealSection('details', context)
    const { name, commitment: committed, ciphertextSha256 } = commitment
    const { bytes: envelope } = await append(tx, {
      tenantId,
      entryId: id,
      statement: {
        kind: 'audit',
        facts: {
          eventId: id,
          tenantId,
          action,
          outcome: outcomesInLedger[outcome],
          at: occurredAt.toISOString(),
          actorId: actorId ?? 'unknown',
        },
        sections: [{ name, commitment: committed, ciphertextSha256 }],
      },
    })
    await tx
      .insertInto('audit_event')
      .values({
        tenant_id: tenantId,
        id,
        occurred_at: occurredAt,
        action,
        outcome,
        actor_id: actorId,
        ...namesOf(actor),
        credential,
        address,
        request_id: requestId,
        resource,
        details: json<unknown>(details),
        envelope,
        salt,
        ciphertext,
      })
      .execute()
  }
}

// As they are at this moment, by the same statement: nobody who writes an event has to look them up, or can forget to.
function namesOf({ tenantId, actorId, name, credential, credentialId }: Actor) {
  const account = { tenantId, accountId: actorId, name }
  const isKey = credential === 'api_key' && credentialId !== undefined
  return {
    actor_name: nameThen(account),
    actor_email: emailThen(account),
    actor_key: isKey
      ? sql<string | null>`(select prefix from api_key where tenant_id = ${tenantId} and id = ${credentialId})`
      : null,
  }
}

// What the column will hold, so that it can be held against the commitment later.
function plain(details: unknown): JsonValue {
  return JSON.parse(JSON.stringify(details ?? null)) as JsonValue
}

function digestsOf({ before, after }: NonNullable<AuditEvent['change']>) {
  return { stateBefore: digestOf(before), stateAfter: digestOf(after) }
}

/** `sha256:` over the state's canonical JSON (RFC 8785). */
function digestOf(state: unknown): string {
  return `sha256:${encodeHex(sha256(canonicalBytes(plain(state))))}`
}
