import { createAudit } from '../packages/server/src/audit/audit.ts'
import { createTestLedger, type TestLedger } from '../packages/server/testing/test-ledger.ts'
import { withTenant } from '../packages/server/src/platform/database.ts'
import { newId } from '../packages/server/src/platform/ids.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const turnMs = ofLength(600, 20)
const rounds = ofLength(7, 1)
const callers = 8

/** Measures the costs of an audit event: a write with its event (signed, committed to, queued for the log) beside the same write without. */
export function run(): Promise<Row[]> {
  return withDatabase(async ({ owner, login }) => {
    const ledger = await createTestLedger({ owner, login, poolSize: callers })
    const rows = [await compare(ledger, 1), await compare(ledger, callers)]
    await ledger.close()
    return rows
  })
}

// Both take turns, so that what else the machine does meets both alike; the first turn of each warms up and doesn't count.
async function compare(ledger: TestLedger, atOnce: number): Promise<Row> {
  const [bare, audited] = [writer(ledger, false), writer(ledger, true)]
  await rate(bare, atOnce)
  await rate(audited, atOnce)
  const turns: { limit: number; value: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    turns.push({ limit: await rate(bare, atOnce), value: await rate(audited, atOnce) })
  }
  return {
    name: `writes with an audit event, ${atOnce} at once`,
    value: median(turns.map(({ value }) => value)),
    unit: 'transactions/s',
    limitName: 'the same writes without',
    limit: median(turns.map(({ limit }) => limit)),
    ratio: median(turns.map(({ value, limit }) => value / limit)),
  }
}

function writer({ db, tenantId, appendStatements }: TestLedger, isAudited: boolean): () => Promise<void> {
  const audit = createAudit(appendStatements)
  const actor = { tenantId, actorId: newId(), credential: 'bearer', address: '127.0.0.1', requestId: newId() }
  return () =>
    withTenant(db, tenantId, async (tx) => {
      const id = newId()
      await tx.insertInto('system').values({ tenant_id: tenantId, id, name: id, title: null, owner: null }).execute()
      if (isAudited)
        await audit(tx, actor, { action: 'system.create', resource: `system/${id}`, details: { name: id } })
    })
}

/** Transactions per second of so many callers, each waiting for its own. */
async function rate(write: () => Promise<void>, atOnce: number): Promise<number> {
  const start = performance.now()
  let count = 0
  const call = async (): Promise<void> => {
    while (performance.now() - start < turnMs) {
      await write()
      count += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, call))
  return (count * 1000) / (performance.now() - start)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
