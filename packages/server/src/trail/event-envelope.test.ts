import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { canonicalBytes, type Envelope, encodeEntry, entryFromEnvelope, verifyEnvelope } from '@afterai/record'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAudit } from '../audit/audit.ts'
import { startSequencer } from '../ledger/index.ts'
import { createTestLedger, recordKey, type TestLedger } from '../../testing/test-ledger.ts'
import { withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readEventEnvelope } from './event-envelope.ts'

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await createTestLedger({ owner: database.owner, login: database.login })
})
afterAll(async () => {
  await ledger.close()
  await database.drop()
})

/** An event that waits for the log, with its row as the trail reads it. */
async function anEvent(): Promise<string> {
  const { db, tenantId, appendStatements } = ledger
  const audit = createAudit(appendStatements)
  const resource = `system/${newId()}`
  const actor = { tenantId, actorId: newId(), credential: 'bearer', address: '127.0.0.1', requestId: newId() }
  await withTenant(db, tenantId, (tx) => audit(tx, actor, { action: 'system.create', resource, details: { a: 1 } }))
  const { rows } = await ledger.owner.query<{ id: string }>('select id from audit_event where resource = $1', [
    resource,
  ])
  return rows[0]?.id ?? ''
}

const envelopeOf = (id: string): Promise<Envelope> =>
  ledger.read(async (tx) =>
    readEventEnvelope(
      tx,
      await tx.selectFrom('audit_event').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    ),
  )

const change = (id: string, set: string, ...values: unknown[]) =>
  ledger.owner.query(`update audit_event set ${set} where id = $1`, [id, ...values])

/** Moves what waits into the log. */
async function integrate(): Promise<void> {
  const sequencer = startSequencer(ledger)
  await sequencer.integrate(ledger.tenantId)
  await sequencer.stop()
}

it('P4.4: what was signed of an event is put together again, in the queue and in the log, and nothing of it is kept twice', async () => {
  const id = await anEvent()
  const { rows } = await ledger.owner.query('select envelope, ciphertext from audit_event where id = $1', [id])
  expect(rows).toEqual([{ envelope: null, ciphertext: null }])
  const waiting = await envelopeOf(id)
  expect(verifyEnvelope(waiting, [recordKey]).length).toBeGreaterThan(500)
  await integrate()
  expect(await envelopeOf(id)).toEqual(waiting)
  const entry = await ledger.owner.query<{ entry: Buffer }>('select entry from ledger_entry where entry_id = $1', [id])
  expect(Buffer.from(encodeEntry(entryFromEnvelope('audit', waiting)))).toEqual(entry.rows[0]?.entry)
})

it.each([
  ["action = 'system.delete'"],
  ["outcome = 'denied'"],
  ['actor_id = tenant_id'],
  ["occurred_at = occurred_at + interval '1 ms'"],
  ['commitment = sha256(commitment)'],
  ['ciphertext_sha256 = sha256(commitment)'],
])('P4.4: an event of which somebody set %s has no signature that verifies', async (set) => {
  const id = await anEvent()
  await change(id, set)
  const envelope = await envelopeOf(id)
  expect(() => verifyEnvelope(envelope, [recordKey])).toThrow(expect.objectContaining({ code: 'bad_signature' }))
})

it('an event of before, which kept its envelope, is shown as it was kept', async () => {
  const id = await anEvent()
  const envelope = await envelopeOf(id)
  const older = "envelope = $2, ciphertext = 'sealed', commitment = null, ciphertext_sha256 = null"
  await change(id, older, Buffer.from(canonicalBytes({ ...envelope, signatures: [...envelope.signatures] })))
  expect(await envelopeOf(id)).toEqual(envelope)
  await expect(change(id, 'envelope = null')).rejects.toThrow('audit_event')
})

it('the entry of an event that was set aside is found there; of one that is nowhere it is said', async () => {
  const id = await anEvent()
  const envelope = await envelopeOf(id)
  await ledger.owner.query(
    `with gone as (delete from ledger_outbox where entry_id = $1 returning *)
     insert into ledger_refused (tenant_id, entry_id, entry, producer_id, producer_sequence)
     select tenant_id, entry_id, entry, producer_id, producer_sequence from gone`,
    [id],
  )
  expect(await envelopeOf(id)).toEqual(envelope)
  const dropped = await anEvent()
  await ledger.owner.query('delete from ledger_outbox where entry_id = $1', [dropped])
  await expect(envelopeOf(dropped)).rejects.toMatchObject({ code: 'ledger_unavailable' })
})
