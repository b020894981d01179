import { type DebianPostgres, startDebianPostgres } from '@afterai/testing'
import { createPrivateKey } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { publicKeyOf } from '@afterai/record'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrate } from '../platform/migrations.ts'
import { auditWholeLog, createLogAlarms, startSequencer, startVerification } from './index.ts'
import { createTestLedger, type TestLedger } from '../../testing/test-ledger.ts'

const pageBytes = 8_192
let postgres: DebianPostgres
let ledger: TestLedger
beforeAll(async () => {
  postgres = await startDebianPostgres()
  const login = { name: 'afterai_server', password: 'heron-quartz-91-lantern' }
  await migrate(postgres.admin, login)
  const connections = {
    owner: postgres.admin,
    login: { ...postgres.admin, user: login.name, password: login.password },
  }
  const before = await createTestLedger(connections)
  before.owner.on('error', () => undefined)
  ledger = before
  await ledger.write(700)
  const sequencer = startSequencer(ledger)
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
  await sequencer.stop()
})
afterAll(async () => {
  await ledger.close().catch(() => undefined)
  await postgres.stop()
})

/** Overwrites the beginning of the page that an entry lies on, as a failing disk does, while nobody has it in memory. */
async function damagePageOf(idx: number): Promise<{ first: number; end: number }> {
  const { rows } = await ledger.owner.query<{ path: string; page: number; first: number; end: number }>(
    `with pages as (select idx, (ctid::text::point)[0]::int as page from ledger_entry where tenant_id = $1)
     select pg_relation_filepath('ledger_entry') as path, page, min(idx)::int as first, max(idx)::int + 1 as end
     from pages where page = (select page from pages where idx = $2) group by page`,
    [ledger.tenantId, idx],
  )
  const [place] = rows
  if (place === undefined) throw new Error('no such entry')
  await postgres.restart((clusterDir) => {
    const file = openSync(join(clusterDir, place.path), 'r+')
    writeSync(file, Buffer.alloc(24, 0xa5), 0, 24, place.page * pageBytes)
    closeSync(file)
  })
  return place
}

it(
  'P4.5: a page of a log that the database can’t read is told with the log and its entries, and stops it',
  { timeout: 60_000 },
  async () => {
    const { first, end } = await damagePageOf(300)
    const fault = `entries ${first} to ${end - 1} are not readable: the database's storage of them is damaged`
    const audit = await ledger.read((tx) => auditWholeLog(tx, ledger.tenantId, [ledger.verifier]))
    expect(audit).toMatchObject({ size: 700, intact: false, complete: false })
    expect(audit.faults[0]).toBe(fault)
    // What lies after it is judged by itself.
    expect(audit.faults.filter((it) => /root of checkpoint|is another/.test(it))).toEqual([])

    const alarms = createLogAlarms(ledger.log)
    const verification = startVerification({
      db: ledger.db,
      verifierOf: () => ledger.verifier,
      acceptanceKey: publicKeyOf(createPrivateKey(ledger.logKeyPem)),
      alarms,
      log: ledger.log,
    })
    await expect.poll(() => alarms.of(ledger.tenantId)?.findings, { timeout: 20_000 }).toContain(fault)
    await verification.stop()
  },
)
