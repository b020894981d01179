import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { createTestLedger } from '../packages/server/testing/test-ledger.ts'
import { type Callers, startCallers } from './callers.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const callers = 64
/** How long the transaction is open before the last turn is measured, and how long a turn is. */
const openMs = ofLength(600_000, 600)
const turnMs = ofLength(30_000, 300)

/** Entries that are acknowledged while a transaction that only reads has been open all along, beside as many without it. */
export function run(): Promise<Row[]> {
  return withDatabase(async ({ owner, login }) => {
    const ledger = await createTestLedger({ owner, login, poolSize: 24 })
    const working = startCallers(ledger, login, callers)
    // The first turn warms up and doesn't count.
    await rate(working)
    const limit = await rate(working)
    const snapshot = new Client(owner)
    await snapshot.connect()
    await snapshot.query('begin isolation level repeatable read')
    await snapshot.query('select count(*) from ledger_outbox')
    await sleep(openMs - turnMs)
    const value = await rate(working)
    await snapshot.query('commit')
    await snapshot.end()
    await working.stop()
    await ledger.close()
    const ratio = value / limit
    return [
      {
        name: `outbox behind a snapshot of ${openMs / 1_000} s, ${callers} callers`,
        value,
        unit: 'entries/s acknowledged',
        limitName: 'without a snapshot',
        limit,
        ratio,
        goal: '>= 75%',
        isMissed: ratio < 0.75,
      },
    ]
  })
}

async function rate({ latenciesMs }: Callers): Promise<number> {
  const [before, begun] = [latenciesMs.length, performance.now()]
  await sleep(turnMs)
  return ((latenciesMs.length - before) * 1_000) / (performance.now() - begun)
}
