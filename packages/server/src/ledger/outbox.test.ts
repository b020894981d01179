import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { withRole, withTenant } from '../platform/database.ts'
import { batchSize, type Emptied, takeBatch } from './outbox.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ledger = await createTestLedger(database)
})
afterEach(() => ledger.close())

/** Takes one batch in a transaction of its own. */
function take(emptied?: Emptied) {
  return withRole(ledger.db, 'afterai_sequencer', async (tx) => {
    const { batch, emptied: now } = await takeBatch(tx, ledger.tenantId, emptied)
    return { ids: batch.map((it) => it.entry_id), emptied: now }
  })
}

/** Looks again until the bound lies behind all that was written: another database of this server may hold it back for a moment. */
async function takeRest(from: Emptied): Promise<Emptied> {
  const { rows } = await ledger.owner.query<{ now: string }>('select pg_current_xact_id()::text as now')
  let emptied = from
  while (emptied.writtenBy < Number(rows[0]?.now)) ({ emptied } = await take(emptied))
  return emptied
}

/** Pages that a search behind `emptied` reads. */
async function pagesRead(emptied: Emptied): Promise<number> {
  const { rows } = await ledger.owner.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
    `explain (analyze, buffers, format json) select written_by, id from ledger_outbox
     where tenant_id = '${ledger.tenantId}' and (written_by, id) > (${emptied.writtenBy}, ${emptied.id})
     order by written_by, id limit ${batchSize}`,
  )
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
  return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0)
}

async function hold(begin: string): Promise<Client> {
  const client = new Client(database.owner)
  await client.connect()
  await client.query(begin)
  return client
}

test('P5.5: behind a snapshot that stays open, a batch reads as little after thousands of entries as after none', async () => {
  const snapshot = await hold('begin isolation level repeatable read')
  await snapshot.query('select count(*) from ledger_outbox')
  let { emptied } = await take()
  const pages: number[] = []
  for (let round = 0; round < 12; round += 1) {
    await ledger.write(batchSize)
    pages.push(await pagesRead(emptied))
    const taken = await take(emptied)
    expect(taken.ids).toHaveLength(batchSize)
    emptied = await takeRest(taken.emptied)
  }
  const fromTheStart = await pagesRead({ ...emptied, writtenBy: 0, id: 0 })
  expect(Math.max(...pages.slice(6))).toBeLessThanOrEqual(Math.max(...pages.slice(0, 3)) + 4)
  // Without the bound, every dead row is looked at: this is what a batch would cost by now.
  expect(fromTheStart).toBeGreaterThan(2 * Math.max(...pages))
  await snapshot.end()
})

test('P4.5: an entry that commits late, with a lower id than what was taken, is found', async () => {
  const late = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const slow = withTenant(ledger.db, ledger.tenantId, async (tx) => {
    const ids = await ledger.append(tx, 1)
    begun.resolve()
    await late.promise
    return ids
  })
  await begun.promise
  const quick = await ledger.write(300)
  const first = await take()
  const second = await take(first.emptied)
  const empty = await take(second.emptied)
  expect([...first.ids, ...second.ids]).toEqual(quick)
  expect(empty.ids).toEqual([])
  late.resolve()
  const [id] = await slow
  const third = await take(empty.emptied)
  expect(third.ids).toEqual([id])
  expect((await take(third.emptied)).ids).toEqual([])
})

test('P4.5: what was remembered of another run of the database’s server counts for nothing', async () => {
  const ids = await ledger.write(3)
  const ahead = { server: 'another', writtenBy: Number.MAX_SAFE_INTEGER, id: 0 }
  expect((await take(ahead)).ids).toEqual(ids)
})

test('P4.5: a batch that is rolled back is taken again', async () => {
  const ids = await ledger.write(2)
  const { emptied } = await take({ server: '', writtenBy: 0, id: 0 }).then(async (taken) => {
    expect(taken.ids).toEqual(ids)
    return taken
  })
  const again = await ledger.write(2)
  await withRole(ledger.db, 'afterai_sequencer', async (tx) => {
    await takeBatch(tx, ledger.tenantId, emptied)
    throw new Error('rolled back')
  }).catch(() => undefined)
  expect((await take(emptied)).ids).toEqual(again)
})

test('P4.5: no writer says which transaction it is', async () => {
  const forged = withTenant(ledger.db, ledger.tenantId, (tx) =>
    tx
      .insertInto('ledger_outbox')
      .values({
        tenant_id: ledger.tenantId,
        entry_id: crypto.randomUUID(),
        entry: Buffer.from('x'),
        producer_id: 'p',
        producer_sequence: 1,
        written_by: 3,
      })
      .execute(),
  )
  await expect(forged).rejects.toMatchObject({ code: '42501' })
})
