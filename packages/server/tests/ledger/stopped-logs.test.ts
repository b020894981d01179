import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogAudit } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runLogProgram } from '../../src/instance/log-program.ts'
import { logMemoryPath, openLogMemory } from '../../src/ledger/index.ts'
import type { Configuration } from '../../src/platform/configuration.ts'
import { readAudit } from '../../testing/log-audit.ts'
import { adminPassword, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { type MailServer, mailUser, makeCertificate, startMailServer } from '../../testing/mail-server.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'afterai-stopped-'))
let mails: MailServer
let server: TestServer
beforeAll(async () => {
  const certificate = await makeCertificate()
  mails = await startMailServer({ certificate })
  server = await startTestServer({
    verificationPace: { everyMs: 100, againMs: 100, worksOneIn: 2 },
    logMemory: openLogMemory(logMemoryPath(dataDir)),
    mail: {
      url: `smtp://${mailUser.user}:${mailUser.password}@localhost:${mails.port}`,
      from: 'afterai@acme.example',
      ca: certificate.cert,
      tlsRequired: true,
      publicUrl: 'https://afterai.acme.example',
    },
  })
  // More than a tile: the newest entries alone are what the head of a log is made of.
  for (let batch = 0; batch < 14; batch += 1) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => makeSystem(`system-${batch}-${index}`)))
  }
  // A tile that is stored while its entries are others stays wrong once they are back.
  const waiting = async (): Promise<number> =>
    (await server.owner.query('select from ledger_outbox limit 1')).rows.length
  while ((await waiting()) > 0) await sleep(20)
})
afterAll(async () => {
  await server.stop()
  await mails.stop()
  rmSync(dataDir, { recursive: true })
})

function makeSystem(name: string) {
  return server.send({ method: 'POST', path: '/v1/systems', token: server.admin.token, body: { name } })
}

const ready = async (): Promise<unknown[]> => {
  const { status, body } = await server.send({ path: '/readyz' })
  return [status, body['code']]
}

/** Runs statements as only a superuser can. The guards are back afterwards, as an attacker would see to. */
async function behindItsBack(...statements: string[]): Promise<void> {
  const triggers = ['append_only', 'no_truncate'].flatMap((trigger) =>
    ['ledger_entry', 'ledger_checkpoint', 'ledger_tile'].map((table) => ({ table, trigger })),
  )
  const of = `tenant_id = '${server.admin.tenant.id}'`
  await server.owner.query(
    [
      ...triggers.map(({ table, trigger }) => `alter table ${table} disable trigger ${trigger}`),
      ...statements.map((statement) => statement.replaceAll('$of', of)),
      ...triggers.map(({ table, trigger }) => `alter table ${table} enable always trigger ${trigger}`),
    ].join(';'),
  )
}

const swap = [
  'update ledger_entry set idx = idx + 1000000 where $of and idx in (1, 2)',
  'update ledger_entry set idx = case idx when 1000001 then 2 else 1 end where $of and idx > 1000000',
]
const edit = `update ledger_entry set entry = '{}', leaf_hash = sha256('\\x00'::bytea || '{}') where $of and idx = 3`

async function audit(): Promise<LogAudit> {
  return readAudit(await server.send({ path: '/v1/log/audit', token: server.admin.token }))
}

async function accept(reason: string): Promise<string> {
  let said = ''
  const { host, port, user, password, database: name } = server.database.login
  const url = `postgresql://${user}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${name}`
  const configuration = {
    keyDir: server.keyDir,
    dataDir,
    database: { kind: 'external', url },
  } as unknown as Configuration
  await runLogProgram(['log-accept-loss', `--reason=${reason}`], configuration, (text) => void (said += text))
  return said
}

describe('P4.5: a log that was changed behind the server', { timeout: 120_000 }, () => {
  test('stops it loudly, whatever was changed inside; what is there can be read, and who comes in comes in', async () => {
    expect(await ready()).toEqual([200, undefined])
    await behindItsBack(...swap)
    await expect.poll(ready, { timeout: 40_000 }).toEqual([503, 'log_tampered'])
    const before = await audit()
    expect(before.faults.join()).toMatch(/the root of checkpoint \d+ is another/)

    const answer = await makeSystem('refused')
    expect(answer).toMatchObject({ status: 503, body: { code: 'log_tampered' }, headers: { 'retry-after': '60' } })
    const { token, email } = server.admin
    expect((await server.send({ path: '/v1/systems', token })).status).toBe(200)
    expect((await server.send({ path: '/v1/audit-events', token })).status).toBe(200)
    const session = { email, password: adminPassword, tenant: 'acme' }
    expect((await server.send({ method: 'POST', path: '/v1/session', body: session })).status).toBe(200)
    expect((await audit()).size).toBe(before.size)

    expect(server.log()).toContain('ALARM: nothing more is signed for a log')
    expect(await server.metrics.metrics()).toContain('afterai_ledger_stopped_logs{reason="log_tampered"} 1')
    await expect.poll(() => mails.received.length, { timeout: 20_000 }).toBe(1)
    expect(mails.received[0]?.recipients).toEqual([email])
    expect(mails.received[0]?.raw).toContain('AfterAI signs nothing more for a log')
  })

  test('goes on by itself once it verifies again, with what waited meanwhile', async () => {
    await behindItsBack(...swap)
    await expect.poll(ready, { timeout: 40_000 }).toEqual([200, undefined])
    const { size } = await audit()
    expect((await makeSystem('taken')).status).toBe(201)
    await expect.poll(async () => (await audit()).size, { timeout: 40_000 }).toBeGreaterThan(size)
    expect(await audit()).toMatchObject({ intact: true, complete: true })
    const { rows } = await server.owner.query<{ action: string }>(
      `select action from audit_event where action = 'log.stop' and outcome = 'failed'`,
    )
    expect(rows).toHaveLength(1)
  })

  test('goes on when an operator accepts what was found, and nothing else', async () => {
    await behindItsBack(edit)
    await expect.poll(ready, { timeout: 40_000 }).toEqual([503, 'log_tampered'])
    expect(await accept('canary: the original is gone')).toMatch(
      /goes on from \d+ entries(?:, others had been signed up to \d+)?; [1-9]\d* findings? accepted/,
    )
    await expect.poll(ready, { timeout: 40_000 }).toEqual([200, undefined])
    expect((await makeSystem('after')).status).toBe(201)
    const events = await server.owner.query<{ details: object }>(
      `select details from audit_event where action = 'log.accept_loss'`,
    )
    expect(events.rows).toEqual([
      { details: expect.objectContaining({ reason: 'canary: the original is gone' }) as object },
    ])
    await behindItsBack(edit.replace('idx = 3', 'idx = 200'))
    await expect.poll(ready, { timeout: 40_000 }).toEqual([503, 'log_tampered'])
    await accept('again')
    await expect.poll(ready, { timeout: 40_000 }).toEqual([200, undefined])
  })
})

test(
  'P4.5: a database that went back stops its logs, until an operator accepts the loss',
  { timeout: 120_000 },
  async () => {
    const { rows } = await server.owner.query<{ size: string }>(
      'select size from ledger_checkpoint where tenant_id = $1 order by size desc offset 1 limit 1',
      [server.admin.tenant.id],
    )
    const cut = rows[0]?.size
    await behindItsBack(
      `delete from ledger_entry where $of and idx >= ${cut}`,
      `delete from ledger_checkpoint where $of and size > ${cut}`,
    )
    await expect.poll(ready, { timeout: 40_000 }).toEqual([503, 'log_went_back'])
    expect(await makeSystem('lost')).toMatchObject({ status: 503, body: { code: 'log_went_back' } })
    expect((await server.send({ path: '/v1/systems', token: server.admin.token })).status).toBe(200)
    // What was signed last reaches the memory's file within about a second.
    await expect
      .poll(() => accept('the standby lagged'), { timeout: 20_000 })
      .toContain(`goes on from ${cut} entries, `)
    await expect.poll(ready, { timeout: 40_000 }).toEqual([200, undefined])
    expect((await makeSystem('found')).status).toBe(201)
  },
)
