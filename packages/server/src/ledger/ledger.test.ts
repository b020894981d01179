import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import {
  decodeEntries,
  encodeEntries,
  hashLeaf,
  parseCheckpoint,
  parseTlogProof,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from '@afterai/record'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withRole, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { auditWholeLog, createProducers, proveEntry, proveGrowth, startSequencer, startWaiting } from './index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { readEntries, readHead } from './tree-store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function withLedger(work: (ledger: TestLedger) => Promise<void>): Promise<void> {
  const ledger = await createTestLedger(database)
  try {
    await work(ledger)
  } finally {
    await ledger.close()
  }
}

async function integrateAll(ledger: TestLedger): Promise<void> {
  const sequencer = startSequencer(ledger)
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await sequencer.stop()
}

describe('the ledger', () => {
  it('P4.5: a transaction that writes to two logs numbers in each as if the other were not there', () =>
    withLedger(async ({ db, tenantId }) => {
      const numberStatement = createProducers()
      const other = newId()
      const logs = [tenantId, other, other, tenantId]
      const write = () => withTenant(db, tenantId, async (tx) => logs.map((log) => numberStatement(tx, log)))
      const producers = [...(await write()), ...(await write())]
      const ofLog = (log: string) => producers.filter((_, at) => logs[at % logs.length] === log)
      for (const log of [tenantId, other]) {
        expect(ofLog(log).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
        expect(new Set(ofLog(log).map(({ id }) => id)).size).toBe(1)
      }
      expect(ofLog(tenantId)[0]?.id).not.toBe(ofLog(other)[0]?.id)
    }))

  it('P4.5: proves every entry, over two full tiles and a partial one, and each growth', () =>
    withLedger(async (ledger) => {
      const entryIds = [...(await ledger.write(300)), ...(await ledger.write(260))]
      await integrateAll(ledger)
      for (const entryId of [0, 1, 255, 256, 511, 512, 559].map((at) => entryIds[at] ?? '')) {
        const proved = await ledger.read((tx) => proveEntry(tx, ledger.tenantId, entryId))
        const { index, hashes, checkpoint } = parseTlogProof(proved?.tlogProof ?? '')
        const signed = parseCheckpoint(checkpoint)
        expect(verifyCheckpoint(signed, [ledger.verifier])).toEqual([ledger.verifier])
        const leafHash = hashLeaf(proved?.entry ?? new Uint8Array())
        expect(verifyInclusion({ index, size: signed.size, root: signed.root, leafHash, proof: hashes })).toBe(true)
      }
      const notes = await ledger.read((tx) =>
        tx.selectFrom('ledger_checkpoint').select('note').orderBy('size').execute(),
      )
      for (const earlier of notes.map(({ note }) => parseCheckpoint(note))) {
        const { checkpoint, hashes } = await ledger.read((tx) => proveGrowth(tx, ledger.tenantId, Number(earlier.size)))
        const { size, root } = parseCheckpoint(checkpoint)
        const claim = { size1: earlier.size, root1: earlier.root, size2: size, root2: root, proof: hashes }
        expect(verifyConsistency(claim)).toBe(true)
      }
      expect(await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))).toEqual({
        size: 560,
        checkpoints: 3,
        intact: true,
        complete: true,
        faults: [],
      })
    }))

  it('P4.5: goes on from what is stored when its process is a new one', () =>
    withLedger(async (ledger) => {
      for (const count of [1, 2, 255, 3, 256]) {
        await ledger.write(count)
        await integrateAll(ledger)
      }
      const audit = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
      expect(audit).toMatchObject({ size: 517, intact: true, complete: true })
    }))

  it('P4.5: finds no fault in a log that grows while it is audited', () =>
    withLedger(async (ledger) => {
      const sequencer = startSequencer(ledger)
      const done = new AbortController()
      const writeOn = async (): Promise<void> => {
        while (!done.signal.aborted) {
          await ledger.write(40)
          await sequencer.integrate(ledger.tenantId)
        }
      }
      const writers = [writeOn(), writeOn(), writeOn()]
      const sizes: number[] = []
      // Until the log has grown past several full tiles between the first audit and the last.
      while (sizes.length < 5 || (sizes.at(-1) ?? 0) < 2_000) {
        const { size, faults } = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
        expect(faults).toEqual([])
        sizes.push(size)
      }
      done.abort()
      await Promise.all(writers)
      await sequencer.stop()
      expect(new Set(sizes).size).toBeGreaterThan(2)
    }))

  it('stores entries as they were written', () =>
    withLedger(async (ledger) => {
      await ledger.write(3)
      await integrateAll(ledger)
      const entries = await ledger.read((tx) => readEntries(tx, ledger.tenantId, { first: 0, end: 3 }))
      expect(decodeEntries(encodeEntries(entries))).toHaveLength(3)
    }))

  it('keeps an entry out of the log when its transaction is rolled back, and its number is given again', () =>
    withLedger(async (ledger) => {
      await ledger.write(1)
      const broken = withTenant(ledger.db, ledger.tenantId, async (tx) => {
        await ledger.append(tx, 5)
        throw new Error('the change failed')
      })
      await expect(broken).rejects.toThrow('the change failed')
      await ledger.write(2)
      await integrateAll(ledger)
      const audit = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
      expect(audit).toMatchObject({ size: 3, intact: true, complete: true })
    }))

  it('answers nothing for an entry that waits, and refuses sizes that the log never had', () =>
    withLedger(async (ledger) => {
      const [entryId = ''] = await ledger.write(1)
      expect(await ledger.read((tx) => proveEntry(tx, ledger.tenantId, entryId))).toBeUndefined()
      await integrateAll(ledger)
      for (const size of [0, 2]) {
        await expect(ledger.read((tx) => proveGrowth(tx, ledger.tenantId, size))).rejects.toMatchObject({
          code: 'invalid_request',
        })
      }
    }))

  it("P4.1: shows a tenant nothing of another tenant's log", () =>
    withLedger(async (ledger) => {
      await ledger.write(2)
      await integrateAll(ledger)
      await withLedger(async (other) => {
        const seen = await other.read(async (tx) => [
          await readHead(tx, ledger.tenantId),
          ...(await tx.selectFrom('ledger_entry').selectAll().execute()),
          ...(await tx.selectFrom('ledger_outbox').selectAll().execute()),
        ])
        expect(seen).toEqual([undefined])
      })
    }))
})

describe('waiting', () => {
  it('ends for each of many callers once a sequencer of any process has integrated their entry', () =>
    withLedger(async (ledger) => {
      const waiting = startWaiting({ db: ledger.db, connection: database.login, log: ledger.log })
      const sequencer = startSequencer(ledger)
      const indices = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const [entryId = ''] = await ledger.write(1)
          sequencer.hurry()
          return waiting.untilIntegrated(ledger.tenantId, entryId, 20_000)
        }),
      )
      expect(indices.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, at) => at))
      await sequencer.stop()
      await waiting.stop()
    }))

  it('ends with nothing at its deadline when no sequencer runs', () =>
    withLedger(async (ledger) => {
      const waiting = startWaiting({ db: ledger.db, connection: database.login, log: ledger.log })
      const [entryId = ''] = await ledger.write(1)
      expect(await waiting.untilIntegrated(ledger.tenantId, entryId, 50)).toBeUndefined()
      await waiting.stop()
    }))

  it('finds an entry by asking, when it cannot listen', () =>
    withLedger(async (ledger) => {
      const deaf = { ...database.login, password: 'wrong' }
      const waiting = startWaiting({ db: ledger.db, connection: deaf, log: ledger.log })
      const [entryId = ''] = await ledger.write(1)
      const answer = waiting.untilIntegrated(ledger.tenantId, entryId, 20_000)
      await integrateAll(ledger)
      expect(await answer).toBe(0)
      await waiting.stop()
    }))
})

describe('roles', () => {
  const statements = ['ledger_log', 'ledger_entry', 'ledger_tile', 'ledger_checkpoint', 'ledger_outbox'].flatMap(
    (table) => [`update ${table} set tenant_id = tenant_id`, `delete from ${table}`, `truncate ${table} cascade`],
  )

  it.each(statements)('P4.5: the app may not "%s"', async (statement) =>
    withLedger(async (ledger) => {
      const attempt = ledger.read((tx) => sql.raw(statement).execute(tx))
      await expect(attempt).rejects.toMatchObject({ code: '42501' })
    }),
  )

  it.each(statements.filter((statement) => statement !== 'delete from ledger_outbox'))(
    'P4.5: the sequencer may not "%s"',
    async (statement) =>
      withLedger(async (ledger) => {
        const attempt = withRole(ledger.db, 'afterai_sequencer', (tx) => sql.raw(statement).execute(tx))
        await expect(attempt).rejects.toMatchObject({ code: '42501' })
      }),
  )

  it('P4.5: the app may not write into the log past the sequencer', async () =>
    withLedger(async (ledger) => {
      const attempt = ledger.read((tx) =>
        tx
          .insertInto('ledger_checkpoint')
          .values({ tenant_id: ledger.tenantId, size: 0, root: Buffer.alloc(32), note: '' })
          .execute(),
      )
      await expect(attempt).rejects.toMatchObject({ code: '42501' })
    }))
})
