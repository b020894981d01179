import { Client } from 'pg'
import { type Transaction, withTenant } from '../packages/server/src/platform/database.ts'
import { askGate } from '../packages/server/src/standing/gate.ts'
import { readHistory } from '../packages/server/src/standing/history.ts'
import { readLife } from '../packages/server/src/standing/life.ts'
import { readStandings } from '../packages/server/src/standing/standing-service.ts'
import { createTestLedger, type TestLedger } from '../packages/server/testing/test-ledger.ts'
import { withDatabase } from './database.ts'
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
    await fill(client, ledger.tenantId)
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

// As SQL: an identifier, and one of two fingerprints, by turns.
const id = (kind: string, n: string): string => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
const side = (n: string): string =>
  `case when ${n} % 2 = 0 then 'sha256:' || repeat('a', 64) else 'sha256:' || repeat('b', 64) end`

/** Changes of a hundred systems, most of them of one, which goes back and forth between two configurations. */
async function fill(owner: Client, tenantId: string): Promise<void> {
  const tenant = `'${tenantId}'::uuid`
  const system = `case when n % 10 = 0 then ${id('00000001', `n % ${systems}`)} else ${id('00000001', '0')} end`
  const time = `now() - (${changes} - n) * interval '20 seconds'`
  const content = JSON.stringify(configuration)
  for (const statement of [
    'set session_replication_role = replica',
    `insert into system (tenant_id, id, name) select ${tenant}, ${id('00000001', 'n')}, 'system-' || n from generate_series(0, ${systems - 1}) n`,
    `insert into configuration (tenant_id, fingerprint, content) select ${tenant}, ${side('n')}, '${content}' from generate_series(0, 1) n`,
    `insert into change (tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin, change_fingerprint,
       delta, author_id, fingerprint_before, fingerprint_after, opened_at, implemented_at)
     select ${tenant}, ${id('00000009', 'n')}, ${system}, 'production', 'confirmed', '{model}', 'observed', 'normal', 'x', 'sdk',
       'sha256:' || lpad(to_hex(n), 64, '0'), '[]', ${id('00000002', '0')}, ${side('n + 1')}, ${side('n')}, ${time}, ${time}
     from generate_series(1, ${changes}) n`,
    `insert into run (tenant_id, id, system_id, environment, fingerprint, started_at, known_at, change_id)
     select tenant_id, id, system_id, environment, fingerprint_after, implemented_at, implemented_at, id from change`,
    `insert into environment (tenant_id, system_id, name, fingerprint, changed_at, first_seen_at, last_seen_at)
     select distinct on (system_id) tenant_id, system_id, environment, fingerprint, started_at, started_at, now() from run
     order by system_id, started_at desc`,
    `insert into decision (tenant_id, id, change_id, status, proposal, assessment_ids, evidence_digest, author_id, author_name, settled_at)
     select tenant_id, id, id, 'approved', '{"decision":"act","decisionDetail":"approve","justification":"x","conditions":[]}', '{}',
       'sha256:' || repeat('b', 64), author_id, 'Ada', implemented_at from change where status = 'confirmed' order by id desc limit ${Math.floor(changes / 10)}`,
    `insert into record (tenant_id, id, change_id, decision_id, verdict, envelope, sealed_at, system_id, environment, fingerprint, decision)
     select d.tenant_id, d.id, d.change_id, d.id, 'none', '\\x00', d.settled_at, c.system_id, c.environment, c.fingerprint_after, 'act'
     from decision d join change c on c.tenant_id = d.tenant_id and c.id = d.change_id`,
    'set session_replication_role = default',
    'analyze',
  ]) {
    await owner.query(statement)
  }
}
