import { ProblemError } from '@afterai/contract'
import {
  decodeEntry,
  encodeBase64,
  encodeStatement,
  type Envelope,
  parseCanonical,
  readEnvelope,
  statementPayloadType,
} from '@afterai/record'
import type { Selectable } from 'kysely'
import { statementOf } from '../audit/index.ts'
import { readKeptEntry } from '../ledger/index.ts'
import type { Tables, Transaction } from '../platform/database.ts'

type SignedColumns = Pick<
  Selectable<Tables['audit_event']>,
  | 'id'
  | 'tenant_id'
  | 'occurred_at'
  | 'action'
  | 'outcome'
  | 'actor_id'
  | 'commitment'
  | 'ciphertext_sha256'
  | 'envelope'
>

/**
 * The envelope that was signed for an event, made again of its columns and of the signature in its entry; of an older event, as it was
 * kept. If a column isn't what it was, the signature doesn't verify.
 * @throws ProblemError `ledger_unavailable` where the entry isn't kept anywhere
 */
export async function readEventEnvelope(tx: Transaction, event: SignedColumns): Promise<Envelope> {
  const { commitment, ciphertext_sha256, envelope } = event
  if (envelope !== null) return readEnvelope(parseCanonical(envelope))
  const kept = await readKeptEntry(tx, event.tenant_id, event.id)
  if (commitment === null || ciphertext_sha256 === null || kept === undefined) {
    throw new ProblemError('ledger_unavailable', {
      detail:
        'the entry of this event is neither in the log nor on its way there; an audit of the log tells what else is missing',
    })
  }
  const { kind, facts, sections } = statementOf({ ...event, commitment, ciphertext_sha256 })
  const payload = encodeStatement({ kind, facts: { ...facts, producer: kept.producer }, sections })
  const { keyid, sig } = decodeEntry(kept.entry)
  return { payload: encodeBase64(payload), payloadType: statementPayloadType, signatures: [{ keyid, sig }] }
}
