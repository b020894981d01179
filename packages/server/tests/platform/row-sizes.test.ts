import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { addMeasurement, emptyWindow, packWindow } from '@afterai/evidence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Actor, createAudit } from '../../src/audit/audit.ts'
import { startSequencer } from '../../src/ledger/index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'
import { withTenant } from '../../src/platform/database.ts'
import { newId } from '../../src/platform/ids.ts'

// How docs/scale.md counts: what the tables and indexes grow by, for each row. A page is filled by what lands on it, so figures are
// of a thousand rows and more; what the queue leaves for vacuum isn't growth.
let database: TestDatabase
let ledger: TestLedger
beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await createTestLedger({ ...database, poolSize: 2 })
})
afterAll(async () => {
  await ledger.close()
  await database.drop()
})

const events = ['session.refresh', 'change.confirm', 'decision.approve', 'audit.read', 'system.create'] as const

/** Bytes of each table and index. */
async function sizes(): Promise<Map<string, number>> {
  const { rows } = await ledger.owner.query<{ name: string; size: number }>(
    `select relname as name, pg_relation_size(oid)::int as size from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') and relname !~ '^ledger_outbox'
     union all
     select relname, pg_relation_size(reltoastrelid)::int from pg_class
     where relnamespace = 'public'::regnamespace and reltoastrelid <> 0`,
  )
  return rows.reduce((all, { name, size }) => all.set(name, (all.get(name) ?? 0) + size), new Map<string, number>())
}

/** Measures the growth of the database for each of so many rows, in bytes, by table and index and in all. */
async function grownBy(rows: number, write: () => Promise<void>): Promise<{ all: number; of: Map<string, number> }> {
  const before = await sizes()
  await write()
  const of = new Map([...(await sizes())].map(([name, size]) => [name, (size - (before.get(name) ?? 0)) / rows]))
  return { all: [...of.values()].reduce((sum, size) => sum + size, 0), of }
}

/** Writes events of a request each, and has the log take them in batches. */
async function writeEvents(count: number, batch: number): Promise<void> {
  const { db, tenantId, appendStatements } = ledger
  const audit = createAudit(appendStatements)
  const sequencer = startSequencer(ledger)
  await sequencer.stop()
  const people = Array.from({ length: 20 }, newId)
  for (let nth = 0; nth < count; nth += 1) {
    const actorId = people[nth % people.length] ?? null
    const actor: Actor = { tenantId, actorId, credential: 'bearer', address: '203.0.113.17', requestId: newId() }
    const event = {
      action: events[nth % events.length] ?? 'audit.read',
      resource: `change/${newId()}`,
      details: { system: 'support-bot', severity: 'high', environment: 'production' },
    }
    await withTenant(db, tenantId, (tx) => audit(tx, actor, event))
    if ((nth + 1) % batch === 0) await sequencer.integrate(tenantId)
  }
}

test.each([
  ['lone writes, with a checkpoint each', 1, 2_250],
  ['writes that share a checkpoint', 128, 1_850],
])(
  'an audit event takes about two kilobytes at most with all that belongs to it: %s',
  async (_, batch, most) => {
    const count = 512
    const { all, of } = await grownBy(count, () => writeEvents(count, batch))
    expect(all, JSON.stringify([...of].filter(([, size]) => size > 1))).toBeLessThan(most)
    expect(of.get('audit_event')).toBeGreaterThan(300)
  },
  120_000,
)

test('an hour of telemetry takes one and a half kilobytes with fifty requests, and twice that with five thousand', async () => {
  const systems = Array.from({ length: 10 }, newId)
  for (const id of systems)
    await ledger.owner.query('insert into system (tenant_id, id, name) values ($1, $2, $3)', [ledger.tenantId, id, id])
  for (const [calls, most] of [
    [50, 1_600],
    [5_000, 3_400],
  ] as const) {
    const rows = 1_000
    const packed = Buffer.from(packWindow(windowOf(calls)))
    const { all } = await grownBy(rows, async () => {
      await ledger.owner.query(
        `insert into telemetry_window (tenant_id, system_id, environment, hour, fingerprint, route, source, packed, price_version)
         select $1, ($2::uuid[])[1 + n % 10], 'production', now() + n / 10 * interval '1 hour' + $5 * interval '1 year',
           'sha256:' || repeat('a', 64), '/v1/chat', 'calls', $3, '2026-11' from generate_series(0, $4::int - 1) n`,
        [ledger.tenantId, systems, packed, rows, calls],
      )
    })
    expect(all, `${calls} requests`).toBeLessThan(most)
    expect(all).toBeGreaterThan(packed.length / 2)
  }
})

/** Requests as they are: latencies and tokens spread over two orders of magnitude, most of them in one. */
function windowOf(calls: number) {
  const window = emptyWindow()
  for (let nth = 0; nth < calls; nth += 1) {
    const share = (nth + 0.5) / calls
    // The logistic distribution's quantiles: near to a normal one's, and no dice.
    const spread = Math.exp(0.35 * Math.log(share / (1 - share)))
    addMeasurement(window, {
      isCall: true,
      latencyMs: 900 * spread,
      inputTokens: Math.round(1200 * spread),
      outputTokens: Math.round(300 * spread),
      costUsd: 0.004 * spread,
      finishReason: nth % 10 === 0 ? 'length' : 'stop',
    })
  }
  return window
}
