import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@afterai/client'
import { type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AfterAI } from '../packages/sdk/src/index.ts'

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

function createKey(name: string, ...scopes: string[]): Promise<string> {
  return run('afterai', ['key', 'create', name, '--scope', ...scopes, '--quiet'])
}

beforeAll(async () => {
  chmodSync(work, 0o711)
  server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(work, 'data') },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  await vi.waitUntil(() => server.output().includes('--setup'), { timeout: 60_000 })
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const login = ['login', '--setup', code, '--email', 'ada@example.com', '--name', 'Ada', '--password-stdin']
  await run('afterai', login, { input: 'brave tulip 42 harbour\n' })
  await run('afterai', ['system', 'create', 'support-bot'])
})

afterAll(async () => {
  server.signalAll('SIGTERM')
  await server.ending
  rmSync(work, { recursive: true, force: true })
})

test('P2.4: what the SDK says was delivered is what the server keeps, and a change of the model is a change event', async () => {
  const KEY = await createKey('sdk', 'telemetry:write', 'digest-key:read')
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

/** A way to the server that lets a batch through, and then says that it was refused: as a gateway may that lost the answer. */
async function startGateway(): Promise<{ origin: string; server: Server; batches: number[]; refuse: boolean }> {
  const batches: number[] = []
  const gateway = createServer((incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming
    const outgoing = request(new URL(url, server.origin), { method, headers }, (answer) => {
      batches.push(answer.statusCode ?? 0)
      if (made.refuse) answer.resume().on('end', () => response.writeHead(400).end())
      else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers))
      made.refuse = false
    })
    incoming.pipe(outgoing)
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const made = {
    origin: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    server: gateway,
    batches,
    refuse: false,
  }
  return made
}

interface Client {
  readonly bootId: string
  readonly batches: number
  readonly missing: number
  readonly events: number
  readonly dropped: number
}

async function clients(): Promise<Client[]> {
  return (JSON.parse(await run('afterai', ['telemetry', 'clients', '--json'])) as { items: Client[] }).items
}

test('P2.4: after a refusal an empty batch takes the number of the refused one, and the server takes it, known or not', async () => {
  const gateway = await startGateway()
  const before = await clients()
  const apiKey = await createKey('refused', 'telemetry:write')
  const afterai = new AfterAI({ apiKey, endpoint: gateway.origin })
  const bot = afterai.system('support-bot')
  gateway.refuse = true
  for (let n = 0; n < 10; n += 1) bot.measure({ latencyMs: n })
  await vi.waitUntil(() => afterai.stats().droppedBy.refused === 10, { timeout: 30_000 })
  for (let n = 0; n < 5; n += 1) bot.measure({ latencyMs: n })
  expect(await afterai.flush(10_000)).toBe(false)
  expect(afterai.stats()).toMatchObject({ enqueued: 15, delivered: 5, dropped: 10, pending: 0, retries: 0 })
  // Of the same process: the one that was committed and called refused, its empty successor of the same number, and the next number.
  expect(gateway.batches).toEqual([200, 200, 200])
  const known = new Set(before.map(({ bootId }) => bootId))
  const [mine, ...others] = (await clients()).filter(({ bootId }) => !known.has(bootId))
  expect(others).toEqual([])
  expect(mine).toMatchObject({ batches: 2, missing: 0, events: 15 })
  // Its clock is the server's.
  expect(afterai.stats().clockSkewMs).toBe(0)
  await afterai.shutdown()
  gateway.server.closeAllConnections()
  gateway.server.close()
})

test('P2.4: a batch that was sealed long ago is taken, and one that never came shows as a gap, in the API and on the command line', async () => {
  const apiKey = await createKey('gaps', 'telemetry:write', 'telemetry:read')
  const client = createClient({ endpoint: server.origin, credential: apiKey })
  const bootId = randomUUID()
  const at = new Date(Date.now() - 3 * 86_400_000).toISOString()
  const batch = (sequence: number, dropped: number): unknown => ({
    bootId,
    sequence,
    sentAt: at,
    dropped,
    events: [{ kind: 'measure', system: 'support-bot', at, latencyMs: 1 }],
  })
  for (const [sequence, dropped] of [
    [0, 0],
    [3, 7],
  ] as const) {
    const answer = await client.sendTelemetry({ body: batch(sequence, dropped) as never })
    expect(answer).toMatchObject({ accepted: 1, rejected: [], duplicate: false })
  }
  const again = await client.sendTelemetry({ body: batch(3, 7) as never })
  expect(again).toMatchObject({ duplicate: true })
  const seen = { bootId, batches: 2, missing: 2, events: 2, dropped: 7 }
  const { items } = await client.listTelemetryClients()
  expect(items.find((it) => it.bootId === bootId)).toMatchObject(seen)
  expect((await clients()).find((it) => it.bootId === bootId)).toMatchObject(seen)
  const table = await run('afterai', ['telemetry', 'clients'])
  const columns = [bootId, 2, 2, 2, 7].join('\\s+')
  expect(table).toMatch(new RegExp(`${columns}\\s`))
  // What came late is closed like any other.
  await client.sendTelemetry({ body: batch(1, 0) as never })
  await client.sendTelemetry({ body: batch(2, 0) as never })
  expect((await clients()).find((it) => it.bootId === bootId)).toMatchObject({ batches: 4, missing: 0 })
})
