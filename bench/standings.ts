import { Client } from 'pg'
import { type Transaction, withTenant } from '../packages/server/src/platform/database.ts'
import { askGate } from '../packages/server/src/standing/gate.ts'
import { readHistory } from '../packages/server/src/standing/history.ts'
import { readLife } from '../packages/server/src/standing/life.ts'
import { readStandings } from '../packages/server/src/standing/standing-service.ts'
import { createTestLedger, type TestLedger } from '../packages/server/testing/test-ledger.ts'
import { withDatabase } from './database.ts'
import { fillChanges } from './filled-changes.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const changes = ofLength(1_000_000, 2_000)
const systems = ofLength(100, 20)
const asks = ofLength(300, 10)
const goalMs = 50

/** Measures standings, history, a life line and the gate in a tenant with a million changes, beside a question that reads nothing. */
export function run(): Promise<Row[]> {
  return withDatabase(async ({ owner, login }) => {
    const ledger = await createTestLedger({ owner, login, poolSize: 2 })
    const client = new Client(owner)
    await client.connect()
    await fillChanges(client, ledger.tenantId, { changes, systems, configuration })
    await client.end()
    const { tenantId } = ledger
    const nothing = await p99(ledger, (tx) => tx.selectNoFrom((expression) => expression.val(1).as('one')).execute())
    const at = new Date()
    const of = { system: 'system-0', environment: 'production' }
    const changeId = '00000009-0000-7000-8000-000000000001'
    const rows = [
      ['status', (tx: Transaction) => readStandings(tx, tenantId, { at, limit: 200 })],
      ['history, a page of 50', (tx: Transaction) => readHistory(tx, tenantId, { ...of, limit: 50 })],
      [
        'history at an instant',
        (tx: Transaction) => readHistory(tx, tenantId, { ...of, at: at.toISOString(), limit: 1 }),
      ],
      ['the life of a change', (tx: Transaction) => readLife(tx, tenantId, changeId)],
      ['the gate', (tx: Transaction) => askGate(tx, tenantId, { ...of, configuration })],
    ] as const
    const measured: Row[] = []
    for (const [name, ask] of rows) {
      const value = await p99(ledger, ask)
      measured.push({
        name: `${name}, ${changes.toLocaleString('en')} changes, p99`,
        value,
        unit: 'ms',
        limitName: 'a question that reads nothing',
        limit: nothing,
        ratio: value / nothing,
        goal: `< ${goalMs} ms`,
        isMissed: value >= goalMs,
      })
    }
    await ledger.close()
    return measured
  })
}

const configuration = { model: { provider: 'acme', name: 'large' }, prompts: [], inference: {}, tools: [] }

async function p99({ db, tenantId }: TestLedger, ask: (tx: Transaction) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < asks + 5; n += 1) {
    const start = performance.now()
    await withTenant(db, tenantId, ask)
    // The first ones warm up.
    if (n >= 5) times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
}
