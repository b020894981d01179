import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'afterai-sdk-'))
const canary = 'CANARY-5e02 be kind'
let server: ServerProcess

/** A program of a customer: it tells what it runs with, measures, and changes its model. */
const host = `
import { AfterAI } from ${JSON.stringify(join(root, 'packages/sdk/src/index.ts'))}
const afterai = new AfterAI({ apiKey: process.env.KEY, endpoint: process.env.AFTERAI_URL })
const bot = afterai.system('support-bot')
const prompts = { answer: ${JSON.stringify(canary)} }
bot.observe({ model: { provider: 'acme', name: 'acme-large' }, prompts })
for (let n = 0; n < 500; n += 1) bot.measure({ latencyMs: 100, inputTokens: 10, outputTokens: 5 })
await afterai.flush(10_000)
bot.observe({ model: { provider: 'acme', name: 'acme-small' }, prompts })
await afterai.flush(10_000)
console.log(JSON.stringify(afterai.stats()))
await afterai.shutdown(5_000)
`

function run(program: string, args: readonly string[], { env = {}, input = '' } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const PATH = `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`
    const own = { PATH, HOME: work, XDG_CONFIG_HOME: join(work, 'config'), AFTERAI_URL: server.origin }
    const options = { cwd: work, env: { ...own, ...env } }
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${stderr}`))
      else resolve(stdout.trim())
    })
    child.stdin?.end(input)
  })
}

beforeAll(async () => {
  chmodSync(work, 0o711)
  server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(work, 'data') },
    command: [process.execPath, 'packages/server/main.ts', 'up', '--empty'],
  })
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 60_000 })
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const login = ['login', '--setup', code, '--email', 'ada@example.com', '--name', 'Ada', '--password-stdin']
  await run('afterai', login, { input: 'brave tulip 42 harbour\n' })
  await run('afterai', ['system', 'create', 'support-bot'])
}, 120_000)

afterAll(async () => {
  server.signalAll('SIGTERM')
  await server.ending
  rmSync(work, { recursive: true, force: true })
})

test('P2.4: what the SDK says was delivered is what the server keeps, and a change of the model is a change event', async () => {
  const scopes = ['--scope', 'telemetry:write', 'digest-key:read']
  const KEY = await run('afterai', ['key', 'create', 'sdk', ...scopes, '--quiet'])
  writeFileSync(join(work, 'host.ts'), host)
  const stats: unknown = JSON.parse(await run(process.execPath, ['host.ts'], { env: { KEY } }))
  expect(stats).toMatchObject({ enqueued: 502, delivered: 502, dropped: 0, pending: 0 })
  const clients: unknown = JSON.parse(await run('afterai', ['telemetry', 'clients', '--json']))
  expect(clients).toMatchObject({ items: [{ events: 502, dropped: 0 }] })
  const changes: unknown = JSON.parse(await run('afterai', ['ace', 'list', '--json']))
  expect(changes).toMatchObject({ items: [{ system: 'support-bot', title: 'model acme-large → acme-small' }] })
})

test('P1.2: the text of a prompt that the SDK was given reached nothing of the server', async () => {
  const found = await run('sh', ['-c', `grep -rlaF CANARY-5e02 ${work}/data || true`])
  expect(found).toBe('')
  expect(server.output()).not.toContain('CANARY')
})
