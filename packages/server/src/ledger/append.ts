import {
  type AuditFacts,
  encodeEntry,
  encodeStatement,
  entryFromEnvelope,
  type Envelope,
  type PacrFacts,
  type Producer,
  type SectionCommitment,
  signEnvelope,
  type Signer,
  statementPayloadType,
} from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
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

/**
 * Numbers and signs statements in their order and puts their entries into the outbox of one tenant's log, all in the caller's transaction.
 * What `along` makes of the envelopes is sent with them, after them: one wait for the database.
 */
export type Append = (
  tx: Transaction,
  tenantId: string,
  items: readonly { readonly entryId: string; readonly statement: Unnumbered }[],
  along?: (envelopes: readonly Envelope[]) => readonly CompiledQuery[],
) => Promise<void>

/** Creates the function over the key that signs records. */
export function createAppend(signer: Signer, numberStatement: NumberStatement): Append {
  return async (tx, tenantId, items, along = () => []) => {
    const signed = items.map(({ entryId, statement }) => {
      const producer = numberStatement(tx, tenantId)
      const envelope = signEnvelope(statementPayloadType, encodeStatement(numbered(statement, producer)), [signer])
      return { entryId, producer, envelope, entry: encodeEntry(entryFromEnvelope(statement.kind, envelope)) }
    })
    // In their order: the queue numbers them as they come.
    const queue = sql`
      insert into ledger_outbox (tenant_id, entry_id, entry, producer_id, producer_sequence)
      select ${tenantId}::uuid, entry_id, entry, producer_id, producer_sequence
      from unnest(
        ${signed.map((it) => it.entryId)}::uuid[], ${signed.map((it) => it.entry)}::bytea[],
        ${signed.map((it) => it.producer.id)}::text[], ${signed.map((it) => it.producer.sequence)}::bigint[]
      ) with ordinality as it (entry_id, entry, producer_id, producer_sequence, nth)
      order by nth`
    await together(tx, [queue.compile(tx), ...along(signed.map(({ envelope }) => envelope))])
  }
}

function numbered(statement: Unnumbered, producer: Producer) {
  return statement.kind === 'pacr'
    ? { ...statement, facts: { ...statement.facts, producer } }
    : { ...statement, facts: { ...statement.facts, producer } }
}
