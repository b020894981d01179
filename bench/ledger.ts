import { setTimeout as sleep } from 'node:timers/promises'
import { startSequencer } from '../packages/server/src/ledger/index.ts'
import { createTestLedger, type TestLedger } from '../packages/server/testing/test-ledger.ts'
import type { AdminConnection } from '@afterai/embedded-postgres'
import { startCallers } from './callers.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

/** So long the callers warm up: connections are opened, plans made, code compiled. */
const warmUpMs = ofLength(4_000, 200)
const sampleMs = ofLength(5_000, 200)
const turnMs = ofLength(500, 20)
const rounds = ofLength(5, 1)
const callers = 64

/** Integration of entries at several batch sizes beside bare inserts of the same rows, and acknowledgements end to end. */
export function run(): Promise<Row[]> {
  return withDatabase(({ owner, login }) => measureAll(owner, login))
}

async function measureAll(owner: AdminConnection, login: AdminConnection): Promise<Row[]> {
  const rows: Row[] = []
  for (const batch of [1, 16, 64, 256]) {
    const ledger = await createTestLedger({ owner, login, poolSize: 2 })
    rows.push(await compare(ledger, batch))
    await ledger.close()
  }
  return [...rows, ...(await acknowledged(owner, login, rows.at(-1)?.limit ?? 0))]
}

// Both take turns, so that what else the machine does meets both alike; the first turn of each warms up and doesn't count.
async function compare(ledger: TestLedger, batch: number): Promise<Row> {
  const insert = await bareInserts(ledger, batch)
  const integrate = await integration(ledger, batch)
  await turn(insert)
  await turn(integrate)
  const turns: { limit: number; value: number; ratio: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const limit = await turn(insert)
    const value = await turn(integrate)
    turns.push({ limit, value, ratio: value / limit })
  }
  const ratio = median(turns.map((it) => it.ratio))
  return {
    name: `integrate entries in batches of ${batch}`,
    value: median(turns.map(({ value }) => value)),
    unit: 'entries/s',
    limitName: `bare inserts of as many bytes, ${batch} in a transaction`,
    limit: median(turns.map(({ limit }) => limit)),
    ratio,
    goal: '>= 50%',
    isMissed: ratio < 0.5,
  }
}

/** One batch: how many entries, and how long they took. */
type Batch = () => Promise<{ count: number; spentMs: number }>

// The least that any log must do: put each entry into a table and commit.
async function bareInserts({ owner }: TestLedger, batch: number): Promise<Batch> {
  await owner.query('create table if not exists bare (id bigint generated always as identity primary key, entry bytea)')
  const entries = Array.from({ length: batch }, () => Buffer.alloc(310, 1))
  return async () => {
    const start = performance.now()
    await owner.query('begin')
    await owner.query('insert into bare (entry) select unnest($1::bytea[])', [entries])
    await owner.query('commit')
    return { count: batch, spentMs: performance.now() - start }
  }
}

// The outbox is filled beforehand, so that the sequencer's own rate is measured.
async function integration(ledger: TestLedger, batch: number): Promise<Batch> {
  const sequencer = startSequencer(ledger)
  await sequencer.stop()
  return async () => {
    await ledger.write(batch)
    const start = performance.now()
    const count = await sequencer.integrate(ledger.tenantId)
    return { count, spentMs: performance.now() - start }
  }
}

/** Entries per second, of the time that the batches themselves took. */
async function turn(work: Batch): Promise<number> {
  let total = 0
  let totalMs = 0
  while (totalMs < turnMs) {
    const { count, spentMs } = await work()
    total += count
    totalMs += spentMs
  }
  return (total * 1000) / totalMs
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function acknowledged(owner: AdminConnection, login: AdminConnection, limit: number): Promise<Row[]> {
  const ledger = await createTestLedger({ owner, login, poolSize: 24 })
  const working = startCallers(ledger, login, callers)
  await sleep(warmUpMs)
  const before = working.latenciesMs.length
  const start = performance.now()
  await sleep(sampleMs)
  const latenciesMs = working.latenciesMs.slice(before)
  const value = (latenciesMs.length * 1000) / (performance.now() - start)
  await working.stop()
  await ledger.close()
  const p99 = latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)] ?? 0
  const shared = { limitName: 'bare inserts, 256 in a transaction', limit }
  return [
    {
      name: `acknowledged end to end, ${callers} callers`,
      value,
      unit: 'entries/s',
      ...shared,
      ratio: value / limit,
      goal: '>= 2000/s',
      isMissed: value < 2000,
    },
    {
      name: `its p99`,
      value: p99,
      unit: 'ms',
      limitName: 'goal',
      limit: 100,
      ratio: p99 / 100,
      goal: '< 100 ms',
      isMissed: p99 >= 100,
    },
  ]
}
