import {
  type AuditFacts,
  canonicalBytes,
  encodeEntry,
  encodeStatement,
  entryFromEnvelope,
  type Envelope,
  type PacrFacts,
  type SectionCommitment,
  signEnvelope,
  type Signer,
  statementPayloadType,
} from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import type { NumberStatement } from './producers.ts'

/** A statement that has no number yet. */
export type Unnumbered =
  | {
      readonly kind: 'pacr'
      readonly facts: Omit<PacrFacts, 'producer'>
      readonly sections: readonly SectionCommitment[]
    }
  | {
      readonly kind: 'audit'
      readonly facts: Omit<AuditFacts, 'producer'>
      readonly sections: readonly SectionCommitment[]
    }

/** Numbers and signs a statement and puts its entry into the outbox, all in the caller's transaction. Answers the envelope's canonical bytes. */
export type Append = (
  tx: Transaction,
  item: { tenantId: string; entryId: string; statement: Unnumbered },
) => Promise<{ envelope: Envelope; bytes: Uint8Array }>

/** Creates the function over the key that signs records. */
export function createAppend(signer: Signer, numberStatement: NumberStatement): Append {
  return async (tx, { tenantId, entryId, statement }) => {
    const producer = numberStatement(tx, tenantId)
    const payload = encodeStatement(
      statement.kind === 'pacr'
        ? { ...statement, facts: { ...statement.facts, producer } }
        : { ...statement, facts: { ...statement.facts, producer } },
    )
    const envelope = signEnvelope(statementPayloadType, payload, [signer])
    await tx
      .insertInto('ledger_outbox')
      .values({
        tenant_id: tenantId,
        entry_id: entryId,
        entry: encodeEntry(entryFromEnvelope(statement.kind, envelope)),
        producer_id: producer.id,
        producer_sequence: producer.sequence,
      })
      .execute()
    return { envelope, bytes: canonicalBytes(envelope) }
  }
}
