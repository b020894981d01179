import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSequencer } from '../ledger/index.ts'
import { createTestLedger } from '../../testing/test-ledger.ts'
import { sizeWithAllQueued } from './audit-export.ts'

const pace = { pollMs: 20, tries: 25 }
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('P4.4: an export waits for what is queued as long as the log grows, however long the queue is', async () => {
  const ledger = await createTestLedger(database)
  const batches = 6
  for (let batch = 0; batch < batches; batch += 1) await ledger.write(256)
  const sequencer = startSequencer(ledger)
  await sequencer.stop()
  const waited = sizeWithAllQueued(ledger.db, ledger.tenantId, pace)
  // Each batch comes before the patience for one is at its end; all together are far beyond it.
  for (let batch = 0; batch < batches; batch += 1) {
    await sleep(pace.pollMs * (pace.tries / 2))
    await sequencer.integrate(ledger.tenantId)
  }
  expect(await waited).toBe(batches * 256)
  await ledger.close()
})

test('P4.4: a log that does not move is told, with when to come again', async () => {
  const ledger = await createTestLedger(database)
  await ledger.write(3)
  await expect(sizeWithAllQueued(ledger.db, ledger.tenantId, { pollMs: 1, tries: 5 })).rejects.toMatchObject({
    code: 'not_ready',
  })
  await ledger.close()
})
