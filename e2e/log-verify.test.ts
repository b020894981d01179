import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { freePort, processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { fillStoredLog } from '../bench/filled-log.ts'
import { findEmbeddedCluster } from '@afterai/embedded-postgres'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))
const up = [execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'] as const
const entries = 20_000

/** A way to the server that calls once so many bytes have come back over it. */
async function startRelay(port: number) {
  let [left, call] = [Number.POSITIVE_INFINITY, (): void => undefined]
  const relay = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    client.pipe(server).pipe(client)
    client.on('error', () => server.destroy()).on('close', () => server.destroy())
    server.on('error', () => client.destroy()).on('close', () => client.destroy())
    server.on('data', ({ length }) => {
      left -= length
      if (left > 0) return
      left = Number.POSITIVE_INFINITY
      call()
    })
  })
  await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void relay.close())
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    after(bytes: number, what: () => void) {
      ;[left, call] = [bytes, what]
    },
  }
}

test('P4.5, P5.5: a verification goes on where it was when its server was killed; what was changed behind it is told still', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'afterai-log-verify-'))
  chmodSync(folder, 0o711)
  const dataDir = join(folder, 'data')
  const port = await freePort()
  let server: ServerProcess | undefined
  onTestFinished(async () => {
    server?.signalAll('SIGKILL')
    await server?.ending
    expect(await processesGone(folder)).toBe(true)
    rmSync(folder, { recursive: true })
  })
  const start = async (): Promise<ServerProcess> => {
    server = await startServerProcess({ env: { AFTERAI_DATA_DIR: dataDir, HOME: folder }, port, command: up })
    return server
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    server?.signalAll(signal)
    await server?.ending
    expect(await processesGone(dataDir)).toBe(true)
  }

  const key = await makeAuditor(await start())
  await end('SIGTERM')
  await fillStoredLog(dataDir, entries, async () => undefined)
  await start()

  const relay = await startRelay(port)
  const env = { PATH: '/usr/bin:/bin', HOME: folder, AFTERAI_URL: relay.url, AFTERAI_API_KEY: key }
  const verify = async (...more: string[]) => {
    const child = spawn(execPath, [main, 'log', 'verify', ...more], { env })
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    return { code: code as number, stdout, stderr }
  }
  relay.after(3 * 2 ** 20, () => server?.signalAll('SIGKILL'))
  const broken = await verify()
  expect(broken).toMatchObject({ code: 5, stdout: '' })
  const [, so = '', far = ''] = /Verified so far: ([\d,]+) of ([\d,]+) entries/.exec(broken.stderr) ?? []
  const [done, all] = [so, far].map((words) => Number(words.replaceAll(',', '')))
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(all ?? 0)
  await end('SIGKILL')

  await start()
  const resumed = await verify()
  expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining(`Going on after ${done} entries`) })
  expect(resumed.stdout).toMatch(/^intact +yes$/m)

  // The signed tree is as it was, so what was kept fits it: that an entry isn't there any more is for the server to find, which reads them all.
  await behindItsBack(dataDir, `entry = '{}', leaf_hash = sha256('\\x00'::bytea || '{}') where idx = 5`)
  await end('SIGTERM')
  await start()
  await expect
    .poll(() => verify(), { timeout: 60_000, interval: 500 })
    .toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /FAULT {2}nothing more is signed for the log since .*the root of checkpoint 256 is another/,
      ),
    })
  expect(await verify('--from-start')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('FAULT  the root of checkpoint 256 is another'),
  })
}, 300_000)

async function makeAuditor(server: ServerProcess): Promise<string> {
  await expect.poll(() => server.output(), { timeout: 60_000 }).toContain('--setup')
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const post = async (path: string, body: object, token?: string): Promise<Record<string, string>> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    const answer = await fetch(`${server.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(answer.status).toBeLessThan(300)
    return (await answer.json()) as Record<string, string>
  }
  const account = { email: 'ada@acme.example', name: 'Ada', password: 'violet-harbour-41-lantern' }
  const tenant = { slug: 'acme', name: 'Acme' }
  const { accessToken } = await post('/v1/setup', { code, ...account, tenant })
  const { key = '' } = await post('/v1/api-keys', { name: 'auditor', scopes: ['log:read', 'audit:read'] }, accessToken)
  return key
}

/** Changes an entry, as only a superuser can. */
async function behindItsBack(dataDir: string, change: string): Promise<void> {
  const client = new Client(findEmbeddedCluster({ dataDir })?.running)
  await client.connect()
  await client.query(`alter table ledger_entry disable trigger append_only;
    update ledger_entry set ${change};
    alter table ledger_entry enable always trigger append_only`)
  await client.end()
}
