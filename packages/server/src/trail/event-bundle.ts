import { ProblemError } from '@afterai/contract'
import { canonicalBytes, encodeBundle, type JsonValue, type KeyHints } from '@afterai/record'
import { proveEntry } from '../ledger/index.ts'
import type { Transaction } from '../platform/database.ts'
import { readEventEnvelope } from './event-envelope.ts'

/**
 * The bundle of an event, of the same form as a record's: the signed statement, what it committed to, and its place in the log.
 * @throws ProblemError `not_found`, `ledger_unavailable` while the log hasn't integrated it
 */
// oxlint-disable-next-line max-params -- whose, which, and the keys to name
export async function eventBundle(
  tx: Transaction,
  tenantId: string,
  eventId: string,
  keyHints: KeyHints,
): Promise<Uint8Array> {
  const event = await tx
    .selectFrom('audit_event')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', eventId)
    .executeTakeFirst()
  if (event === undefined) throw new ProblemError('not_found', { detail: 'there is no audit event with this id' })
  const proved = await proveEntry(tx, tenantId, eventId)
  if (proved === undefined)
    throw new ProblemError('ledger_unavailable', { detail: 'the log has not integrated this event yet' })
  const { credential, address, request_id: requestId, resource } = event
  const details = event.details as JsonValue
  return encodeBundle({
    entry: proved.entry,
    dsseEnvelope: await readEventEnvelope(tx, event),
    tlogProof: proved.tlogProof,
    disclosures: [
      {
        section: 'details',
        salt: event.salt,
        bytes: canonicalBytes({ credential, address, requestId, resource, details }),
      },
    ],
    consistencyProof: null,
    keyHints,
  })
}
