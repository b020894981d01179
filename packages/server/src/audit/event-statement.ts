import { type AuditFacts, encodeHex, type SectionCommitment } from '@afterai/record'

/** The end of what an event tells of: allowed, denied, or allowed and failed. */
export type AuditOutcome = 'allowed' | 'denied' | 'failed'

/** Columns of an event that its statement is made of: all that is signed of it but the number that its producer gives. */
export interface StatedColumns {
  readonly id: string
  readonly tenant_id: string
  readonly occurred_at: Date
  readonly action: string
  readonly outcome: AuditOutcome
  readonly actor_id: string | null
  /** HMAC-SHA-256 of the details' canonical bytes, keyed with their salt. */
  readonly commitment: Uint8Array
  /** SHA-256 of the sealed details, which nobody can open and nobody keeps. */
  readonly ciphertext_sha256: Uint8Array
}

/** A statement about an event that has no number yet. */
export interface EventStatement {
  readonly kind: 'audit'
  readonly facts: Omit<AuditFacts, 'producer'>
  readonly sections: readonly SectionCommitment[]
}

const outcomesInLedger = { allowed: 'success', denied: 'denied', failed: 'failure' } as const

/** States an event by its columns alone: the same when it is written and whenever it is read, so that nobody has to keep what was signed. */
export function statementOf(event: StatedColumns): EventStatement {
  return {
    kind: 'audit',
    facts: {
      eventId: event.id,
      tenantId: event.tenant_id,
      action: event.action,
      outcome: outcomesInLedger[event.outcome],
      at: event.occurred_at.toISOString(),
      actorId: event.actor_id ?? 'unknown',
    },
    sections: [
      {
        name: 'details',
        commitment: encodeHex(event.commitment),
        ciphertextSha256: encodeHex(event.ciphertext_sha256),
      },
    ],
  }
}
