import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditStream } from '@afterai/contract'
import { findRsyslog, freePort } from '@afterai/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let directory: string

beforeAll(async () => {
  server = await startTestServer()
  directory = mkdtempSync(join(tmpdir(), 'afterai-rsyslog-'))
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true })
})

/** Debian's rsyslog, which writes what it parsed into a file: id of the message, structured data, text. */
async function startRsyslog(port: number, file: string): Promise<ChildProcess> {
  const found = findRsyslog()
  if (found === undefined)
    throw new Error('This test needs rsyslog (apt-get install rsyslog); `npm test` unpacks it where it may.')
  const configuration = join(directory, 'rsyslog.conf')
  writeFileSync(
    configuration,
    `global(workDirectory="${directory}" maxMessageSize="64k")
module(load="imtcp")
template(name="parsed" type="string" string="%msgid%|%app-name%|%pri%|%structured-data%|%msg%\\n")
input(type="imtcp" address="127.0.0.1" port="${port}")
action(type="omfile" file="${file}" template="parsed")
`,
  )
  const args = ['-n', '-f', configuration, '-i', join(directory, 'pid'), '-M', found.modules]
  const env = found.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: found.libraryPath }
  const child = spawn(found.program, args, { env: { PATH: '/usr/bin:/bin', ...env }, stdio: 'ignore' })
  await vi.waitFor(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && undefined))
        socket.on('error', reject)
      }),
    { timeout: 10_000 },
  )
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

test('P4.4: rsyslog understands the stream, and gets all of it in order across a restart of its own', async () => {
  const port = await freePort()
  const file = join(directory, 'events')
  const { token, tenant } = server.admin
  const first = await startRsyslog(port, file)
  const body = { kind: 'syslog', name: 'rsyslog', host: '127.0.0.1', port, transport: 'tcp', startFrom: 'beginning' }
  const { id } = await server.expectOk<AuditStream>({ method: 'POST', path: '/v1/audit-streams', token, body })
  const statusOf = (): Promise<AuditStream> => server.expectOk({ path: `/v1/audit-streams/${id}`, token })
  const act = async (from: number, to: number): Promise<void> => {
    for (let number = from; number < to; number += 1)
      await server.expectOk({ method: 'POST', path: '/v1/systems', token, body: { name: `system-${number}` } })
  }
  const caughtUp = (): Promise<void> =>
    vi.waitFor(
      async () => {
        // What the log doesn't have yet isn't behind.
        expect((await server.owner.query('select from ledger_outbox limit 1')).rows).toEqual([])
        expect((await statusOf()).lagEvents).toBe(0)
      },
      { timeout: 30_000, interval: 200 },
    )
  await act(0, 60)
  await caughtUp()
  await stop(first)
  await act(60, 120)
  await vi.waitFor(async () => expect((await statusOf()).failures).toBeGreaterThan(0), { timeout: 10_000 })
  const second = await startRsyslog(port, file)
  await server.expectOk({ method: 'POST', path: `/v1/audit-streams/${id}/resume`, token })
  await caughtUp()
  await stop(second)
  expect(existsSync(file)).toBe(true)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const { rows } = await server.owner.query<{ id: string; action: string; outcome: string }>(
    `select a.id, a.action, a.outcome from ledger_entry e join audit_event a on a.id = e.entry_id
     where e.tenant_id = $1 order by e.idx`,
    [tenant.id],
  )
  const events = lines.map((line) => {
    const [, action, app, priority, data = '', text = ''] =
      /^([^|]*)\|([^|]*)\|([^|]*)\|(\[.*?\])\|\uFEFF?(.*)$/.exec(line) ?? []
    expect([app, priority]).toEqual(['afterai', '110'])
    const event = JSON.parse(text) as { id: string }
    expect(data).toContain(`id="${event.id}"`)
    return { id: event.id, action }
  })
  expect(events).toEqual(
    rows.slice(0, events.length).map(({ id: eventId, action }) => ({ id: eventId, action: action.slice(0, 32) })),
  )
  expect(events.length).toBeGreaterThan(120)
})
