import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import * as fc from 'fast-check'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withTenant } from '../platform/database.ts'
import { auditWholeLog, type Sequencer, startSequencer } from './index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'

let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  ledger = await createTestLedger({ ...database, poolSize: 16 })
})
afterEach(() => ledger.close())

async function drain(sequencer: Sequencer): Promise<void> {
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
}

async function whatIsLogged() {
  const { rows } = await ledger.owner.query<{ entry_id: string; idx: number }>(
    'select entry_id, idx::int from ledger_entry where tenant_id = $1 order by idx',
    [ledger.tenantId],
  )
  const queue = await ledger.owner.query('select from ledger_outbox where tenant_id = $1', [ledger.tenantId])
  const audit = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
  return {
    indices: rows.map(({ idx }) => idx),
    entryIds: rows.map((row) => row.entry_id).toSorted(),
    waiting: queue.rowCount,
    faults: audit.faults,
    intact: audit.intact,
    complete: audit.complete,
  }
}

// Each of the entries once, at contiguous indices, under signed checkpoints, with no number missing; the queue empty.
function exactly(entryIds: readonly string[]): Awaited<ReturnType<typeof whatIsLogged>> {
  const indices = entryIds.map((_, at) => at)
  return { indices, entryIds: entryIds.toSorted(), waiting: 0, faults: [], intact: true, complete: true }
}

describe('two sequencers at once', () => {
  it('P4.5: give any interleaving of writers, some of which roll back, contiguous indices, each entry once', async () => {
    const written: string[] = []
    const writers = fc.array(fc.record({ count: fc.integer({ min: 1, max: 40 }), fails: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(writers, async (plan) => {
        const sequencers = [startSequencer(ledger), startSequencer(ledger)]
        const attempts = plan.map(async ({ count, fails }) => {
          const ids = await withTenant(ledger.db, ledger.tenantId, async (tx) => {
            const appended = await ledger.append(tx, count)
            if (fails) throw new Error('rolled back')
            return appended
          })
          sequencers.forEach((sequencer, nth) => (nth === 0 ? sequencer.wake() : sequencer.hurry()))
          return ids
        })
        for (const attempt of await Promise.allSettled(attempts))
          if (attempt.status === 'fulfilled') written.push(...attempt.value)
        await Promise.all(sequencers.map(drain))
        await Promise.all(sequencers.map((sequencer) => sequencer.stop()))
        expect(await whatIsLogged()).toEqual(exactly(written))
      }),
      { numRuns: 12 },
    )
  })

  it('serve every log in turn, so that a long queue starves no other', async () => {
    const other = await createTestLedger(database)
    await ledger.write(600)
    await other.write(1)
    const sequencer = startSequencer({
      ...ledger,
      signerOf: (origin) => (origin === other.origin ? other : ledger).logSigner,
    })
    await expect.poll(() => sizeOf(other), { timeout: 20_000 }).toBe(1)
    await expect.poll(() => sizeOf(ledger), { timeout: 20_000 }).toBe(600)
    await sequencer.stop()
    await other.close()
  })
})

it('gathers what nobody waits for under one checkpoint, once there was one; for who waits it makes one at once', async () => {
  const sequencer = startSequencer({ ...ledger, gatherMs: 3_600_000 })
  const sizes = async (): Promise<number[]> => {
    const { rows } = await ledger.owner.query<{ size: number }>(
      'select size::int from ledger_checkpoint where tenant_id = $1 order by size',
      [ledger.tenantId],
    )
    return rows.map(({ size }) => size)
  }
  const write = async (): Promise<void> => {
    await ledger.write(1)
    sequencer.wake()
  }
  await write()
  await expect.poll(sizes, { timeout: 20_000 }).toEqual([1])
  for (let more = 0; more < 5; more += 1) await write()
  expect(await sizes()).toEqual([1])
  sequencer.hurry()
  await expect.poll(sizes, { timeout: 20_000 }).toEqual([1, 6])
  await sequencer.stop()
})

it('makes one batch after the other while somebody waits, though what nobody waits for would pause it for an hour', async () => {
  const entries: number[] = []
  const sequencer = startSequencer({
    ...ledger,
    gatherMs: 3_600_000,
    onBatch: (batch) => {
      entries.push(batch.entries)
      // Asked for while its round is still under way, which is not to be forgotten when the round ends.
      if (entries.length < 20) void ledger.write(1).then(() => sequencer.hurry())
    },
  })
  await ledger.write(1)
  sequencer.hurry()
  await expect.poll(() => entries.length, { timeout: 20_000 }).toBe(20)
  // Among entries that nobody waits for, as well: a pause that has begun ends with who comes to wait.
  await ledger.write(1)
  sequencer.wake()
  await ledger.write(1)
  sequencer.hurry()
  await expect.poll(() => sizeOf(ledger), { timeout: 20_000 }).toBe(22)
  await sequencer.stop()
})

async function sizeOf({ owner, tenantId }: TestLedger): Promise<number> {
  const { rows } = await owner.query<{ size: number }>(
    'select coalesce(max(size), 0)::int as size from ledger_checkpoint where tenant_id = $1',
    [tenantId],
  )
  return rows[0]?.size ?? 0
}

describe('a sequencer whose connection breaks', () => {
  // The database ends the sequencer's own session at the named step, as a crash of either side would.
  const steps: readonly [step: string, trigger: string][] = [
    ['as it takes from the queue', 'after delete on ledger_outbox'],
    ['as it writes entries', 'after insert on ledger_entry'],
    ['as it writes a tile', 'after insert on ledger_tile'],
    ['as it writes the checkpoint', 'after insert on ledger_checkpoint'],
  ]
  const atCommit =
    'create constraint trigger crash after insert on ledger_checkpoint deferrable initially deferred for each row'

  it.each([
    ...steps.map(([step, event]) => [step, `create trigger crash ${event} for each statement`]),
    ['as it commits', atCommit],
  ])('P5.5: %s leaves nothing half done, and the next one does it all', async (_, create = '') => {
    const entryIds = await ledger.write(256)
    const table = /on (ledger_\w+)/.exec(create)?.[1] ?? ''
    await ledger.owner.query(`create or replace function crash() returns trigger language plpgsql security definer
      as 'begin perform pg_terminate_backend(pg_backend_pid()); return null; end'`)
    await ledger.owner.query(`${create} execute function crash()`)
    const broken = startSequencer(ledger)
    await expect(broken.integrate(ledger.tenantId)).rejects.toThrow(/terminat|ECONNRESET|EPIPE/)
    await ledger.owner.query(`drop trigger crash on ${table}`)
    await drain(broken)
    await broken.stop()
    expect(await whatIsLogged()).toEqual(exactly(entryIds))
  })
})

it(
  'P5.5: a process that is killed again and again under load loses no entry and doubles none',
  { timeout: 120_000 },
  async () => {
    const written: string[] = []
    const ending = new AbortController()
    const writer = (async () => {
      while (!ending.signal.aborted) written.push(...(await ledger.write(7)))
    })()
    for (let kill = 0; kill < 6; kill += 1) {
      const child = startChild()
      const before = await sizeOf(ledger)
      await expect.poll(() => sizeOf(ledger), { timeout: 20_000, interval: 5 }).toBeGreaterThan(before)
      // Somewhere in a batch: no two machines, and no two turns, stop at the same statement.
      await sleep(7 * kill)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    ending.abort()
    await writer
    const sequencer = startSequencer(ledger)
    await drain(sequencer)
    await sequencer.stop()
    expect(await whatIsLogged()).toEqual(exactly(written))
  },
)

function startChild() {
  const script = fileURLToPath(new URL('../../testing/sequencer-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(JSON.stringify({ connection: database.login, origin: ledger.origin, key: ledger.logKeyPem }))
  return child
}
