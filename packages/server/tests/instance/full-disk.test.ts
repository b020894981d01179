import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchServer, processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAudit } from '../../testing/log-audit.ts'

const mebibyte = 2 ** 20
const diskMib = 320
const password = 'heron-quartz-91-lantern'

let directory: string
let disk: string
let server: ServerProcess | undefined

beforeEach(({ skip }) => {
  skip(process.getuid?.() !== 0, 'fills a disk of its own, which only root may mount; CI runs as root')
  directory = mkdtempSync(join(tmpdir(), 'afterai-disk-'))
  chmodSync(directory, 0o711)
  disk = join(directory, 'disk')
  mkdirSync(disk, { mode: 0o711 })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m,mode=0711`, 'tmpfs', disk], {
    encoding: 'utf8',
  })
  if (mounted.status !== 0) {
    throw new Error(
      `this test fills a disk of its own and needs the right to mount a tmpfs (CAP_SYS_ADMIN): ${mounted.stderr}`,
    )
  }
})
afterEach(async () => {
  if (process.getuid?.() !== 0) return
  server?.signalAll('SIGKILL')
  await processesGone(directory)
  execFileSync('umount', [disk])
  rmSync(directory, { recursive: true, force: true })
})

async function start(): Promise<ServerProcess> {
  server = await startServerProcess({
    env: {
      AFTERAI_DATA_DIR: join(disk, 'data'),
      AFTERAI_RATE_WRITES: '1000000',
      AFTERAI_RATE_READS: '1000000',
      AFTERAI_LOG_LEVEL: 'silent',
    },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  return server
}

interface Sent {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly retryAfter: string | null
}

async function send(path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Sent> {
  const answer = await fetch(`${server?.origin}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    body: text === '' ? {} : JSON.parse(text),
    retryAfter: answer.headers.get('retry-after'),
  }
}

/** Fills the disk up to so many bytes that stay free. */
function fill(ballast: string, leaveBytes: number): void {
  const { bavail, bsize } = statfsSync(disk)
  const chunk = Buffer.alloc(mebibyte, 1)
  const whole = Math.floor((bavail * bsize - leaveBytes) / mebibyte)
  for (let n = 0; n < whole; n += 1) writeFileSync(ballast, chunk, { flag: 'a' })
  for (let rest = bavail * bsize - leaveBytes - whole * mebibyte; rest > bsize; rest -= bsize) {
    try {
      writeFileSync(ballast, Buffer.alloc(bsize, 1), { flag: 'a' })
    } catch {
      return
    }
  }
}

test('P5.5: a full disk loses nothing that was acknowledged, says so, and work resumes when there is room', async () => {
  const first = await start()
  await expect.poll(() => first.output(), { timeout: 20_000 }).toContain('--setup')
  const [, code = ''] = /--setup (\S+)/.exec(first.output()) ?? []
  const setup = { code, email: 'ada@example.com', name: 'Ada', password, tenant: { slug: 'acme', name: 'Acme' } }
  const opened = await send('/v1/setup', { body: setup })
  expect(opened.status).toBe(200)
  let token = String(opened.body['accessToken'])

  const acknowledged: string[] = []
  const refused: Sent[] = []
  const write = async (n: number): Promise<void> => {
    // As large as a title may be, so that the disk is full soon.
    const name = `system-${n}`
    const answer = await send('/v1/systems', { token, body: { name, title: 'x'.repeat(200) } }).catch(() => undefined)
    if (answer?.status === 201) acknowledged.push(name)
    else if (answer !== undefined) refused.push(answer)
  }
  for (let n = 0; n < 20; n += 1) await write(n)
  expect(acknowledged).toHaveLength(20)

  const ballast = join(disk, 'ballast')
  fill(ballast, 0)
  for (let n = 20; n < 6_000 && refused.length < 20; n += 1) await write(n)
  expect(refused.length).toBeGreaterThanOrEqual(20)
  // Either the statement found no room, or PostgreSQL itself had to stop for want of it and the process with it.
  for (const { status, body } of refused) {
    expect([503, 507], JSON.stringify(body)).toContain(status)
    expect(body['code']).toMatch(/^(storage_full|not_ready|overloaded|ledger_unavailable)$/)
  }

  truncateSync(ballast, 0)
  const alive = await fetch(`${first.origin}/livez`).then(
    () => true,
    () => false,
  )
  if (!alive) await start()
  await expect.poll(async () => (await send('/readyz').catch(() => undefined))?.status, { timeout: 30_000 }).toBe(200)
  const signedIn = await send('/v1/session', { body: { email: 'ada@example.com', password } })
  expect(signedIn.status).toBe(200)
  token = String(signedIn.body['accessToken'])
  const before = acknowledged.length
  for (let n = 10_000; n < 10_010; n += 1) await write(n)
  expect(acknowledged).toHaveLength(before + 10)

  const kept: string[] = []
  let cursor = ''
  do {
    const page = await send(`/v1/systems?limit=200${cursor}`, { token })
    for (const { name } of page.body['items'] as { name: string }[]) kept.push(name)
    cursor = typeof page.body['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(page.body['nextCursor'])}` : ''
  } while (cursor !== '')
  expect(acknowledged.filter((name) => !kept.includes(name))).toEqual([])

  const headers = { authorization: `Bearer ${token}` }
  const audit = await fetch(`${server?.origin}/v1/log/audit`, { headers })
  expect(readAudit({ status: audit.status, text: await audit.text() })).toMatchObject({
    intact: true,
    complete: true,
    faults: [],
  })
})

test('P5.5: a first start on a disk without room ends with the reason, and the next one with room succeeds', async () => {
  const ballast = join(disk, 'ballast')
  fill(ballast, 4 * mebibyte)
  const refused = await launchServer({ env: { AFTERAI_DATA_DIR: join(disk, 'data') } })
  server = refused
  const { code } = await refused.ending
  expect(code).toBeGreaterThan(0)
  expect(refused.output()).toMatch(/No space left|room/i)
  rmSync(ballast)
  await start()
  expect((await send('/readyz')).status).toBe(200)
})
