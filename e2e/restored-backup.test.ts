import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { freePort, processesGone, type ServerProcess, startServerProcess } from '@afterai/testing'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))
const up = [execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'] as const

test('P4.5, P5.5: a restored older backup is refused as a fork by who saw a later checkpoint, not by who did not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'afterai-restored-'))
  chmodSync(folder, 0o711)
  const port = await freePort()
  const started: ServerProcess[] = []
  onTestFinished(async () => {
    for (const server of started) server.signalAll('SIGKILL')
    await Promise.all(started.map(({ ending }) => ending))
    expect(await processesGone(folder)).toBe(true)
    rmSync(folder, { recursive: true })
  })
  const start = async (name: string): Promise<ServerProcess> => {
    const env = { AFTERAI_DATA_DIR: join(folder, name), HOME: folder }
    const server = await startServerProcess({ env, port, command: up })
    started.push(server)
    return server
  }
  const program = (name: string, ...args: string[]): number | null =>
    spawnSync(execPath, [main, ...args, '--passphrase-file', join(folder, 'passphrase')], {
      env: { AFTERAI_DATA_DIR: join(folder, name), PATH: '/usr/bin:/bin', HOME: folder },
    }).status
  await writeFile(join(folder, 'passphrase'), 'lantern-violet-harbour-41\n', { mode: 0o600 })

  const first = await start('first')
  await expect.poll(() => first.output(), { timeout: 60_000 }).toContain('--setup')
  const [, code = ''] = /--setup (\S+)/.exec(first.output()) ?? []
  const account = { email: 'ada@acme.example', name: 'Ada', password: 'violet-harbour-41-lantern' }
  const post = async (path: string, body: object, token?: string): Promise<Record<string, string>> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    const answer = await fetch(`${first.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    expect(answer.status).toBeLessThan(300)
    return (await answer.json()) as Record<string, string>
  }
  const { accessToken } = await post('/v1/setup', { code, ...account })
  const { key = '' } = await post(
    '/v1/api-keys',
    { name: 'witness', scopes: ['log:read', 'system:write'] },
    accessToken,
  )
  const env = { AFTERAI_URL: first.origin, AFTERAI_API_KEY: key }
  const look = (state = 'early') => {
    const seen = { ...env, XDG_STATE_HOME: join(folder, state), XDG_CONFIG_HOME: folder, PATH: '/usr/bin:/bin' }
    const { status, stdout, stderr } = spawnSync(execPath, [main, 'log', 'watch', '--once', '--json'], {
      env: seen,
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }
  const sizeSeen = (state?: string): number => {
    const { stdout } = look(state)
    return stdout === '' ? 0 : (JSON.parse(stdout) as { size: number }).size
  }

  await expect.poll(() => sizeSeen(), { timeout: 30_000 }).toBeGreaterThan(0)
  const file = join(folder, 'old.backup')
  expect(program('first', 'backup', '--to', file)).toBe(0)
  const early = sizeSeen()
  await cp(join(folder, 'early'), join(folder, 'late'), { recursive: true })
  for (const name of ['one', 'two', 'three', 'four', 'five', 'six']) await post('/v1/systems', { name }, key)
  await expect.poll(() => sizeSeen('late'), { timeout: 30_000 }).toBeGreaterThan(early + 4)
  first.signal('SIGTERM')
  await first.ending

  expect(program('second', 'restore', '--from', file)).toBe(0)
  await start('second')
  expect(look('late')).toMatchObject({ code: 14, stdout: '', stderr: expect.stringContaining('inconsistent') })
  expect(look('never').code).toBe(0)
}, 300_000)
