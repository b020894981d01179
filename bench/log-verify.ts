import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { appendLeaf, emptyFrontier, hashLeaf } from '@afterai/record'
import type { Client } from 'pg'
import { processesGone } from '../packages/testing/src/processes.ts'
import { type ServerProcess, startServerProcess } from '../packages/testing/src/running-server.ts'
import { fillStoredLog } from './filled-log.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'
import { forgetPeak, peakMib, setUp } from './server.ts'

const entries = ofLength(2_000_000, 2_000)
const mostMib = 200
const sampleMs = 50
const page = 1_024

/** `afterai log verify` over a long log: how fast, and what the command line and the server hold at most. */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-log-verify-'))
  await chmod(folder, 0o711)
  const dataDir = join(folder, 'data')
  try {
    const key = await makeInstance(dataDir)
    const limit = await fillStoredLog(dataDir, entries, bareRate)
    const server = await start(dataDir)
    try {
      return await measure(server, { key, folder, limit, name: nameOf(entries) })
    } finally {
      await stop(server, dataDir)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function nameOf(entries: number): string {
  return `log verify over ${entries.toLocaleString('en')} entries`
}

function start(dataDir: string): Promise<ServerProcess> {
  const command = [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'] as const
  return startServerProcess({ env: { AFTERAI_DATA_DIR: dataDir }, command: [...command] })
}

async function stop(server: ServerProcess, dataDir: string): Promise<void> {
  server.signal('SIGTERM')
  await server.ending
  await processesGone(dataDir)
}

/** A new instance, and a key that may read its log. */
async function makeInstance(dataDir: string): Promise<string> {
  const server = await start(dataDir)
  const token = await setUp(server)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'auditor', scopes: ['log:read', 'audit:read'] })
  const answer = await fetch(`${server.origin}/v1/api-keys`, { method: 'POST', headers, body })
  const { key } = (await answer.json()) as { key: string }
  await stop(server, dataDir)
  return key
}

/** How many entries one process reads and hashes in a second. */
async function bareRate(client: Client, tenantId: string): Promise<number> {
  const begun = performance.now()
  let tree = emptyFrontier
  for (let [first, isMore] = [0, true]; isMore && first < 200_000; first += page) {
    const { rows } = await client.query<{ entry: Buffer }>(
      'select entry from ledger_entry where tenant_id = $1 and idx >= $2 and idx < $3 order by idx',
      [tenantId, first, first + page],
    )
    for (const { entry } of rows) tree = appendLeaf(tree, hashLeaf(entry))
    isMore = rows.length === page
  }
  return (Number(tree.size) * 1_000) / (performance.now() - begun)
}

async function measure(
  server: ServerProcess,
  { key, folder, limit, name }: { key: string; folder: string; limit: number; name: string },
): Promise<Row[]> {
  await sleep(1_000)
  // What its start took besides counts for nothing.
  await forgetPeak(server.pid)
  const idleMib = await peakMib(server.pid)
  const env = { PATH: '/usr/bin:/bin', AFTERAI_URL: server.origin, AFTERAI_API_KEY: key, HOME: folder }
  const begun = performance.now()
  const cli = spawn(process.execPath, ['packages/cli/src/main.ts', 'log', 'verify', '--json'], { env })
  const output = text(cli.stdout)
  let cliMib = 0
  const sampling = setInterval(() => {
    void peakMib(cli.pid ?? 0)
      .then((mib) => (cliMib = Math.max(cliMib, mib || 0)))
      .catch(() => undefined)
  }, sampleMs)
  const [code] = (await once(cli, 'exit')) as [number]
  clearInterval(sampling)
  const seconds = (performance.now() - begun) / 1_000
  if (code !== 0) throw new Error(`log verify ended with ${code}: ${await output}`)
  const { size } = JSON.parse(await output) as { size: number }
  const rate = size / seconds
  const serverMib = await peakMib(server.pid)
  return [
    {
      name: `${name}, ${seconds.toFixed(1)} s`,
      value: rate,
      unit: 'entries/s',
      limitName: 'reading and hashing them in one process',
      limit,
      ratio: rate / limit,
    },
    memoryRow('its command line at most', cliMib, { unit: 'MiB', limitName: 'goal', limit: mostMib }),
    memoryRow('its server', serverMib - idleMib, {
      unit: 'MiB above idle at most',
      limitName: 'the idle server',
      limit: idleMib,
    }),
  ]
}

function memoryRow(name: string, value: number, bare: Pick<Row, 'unit' | 'limitName' | 'limit'>): Row {
  return { name, value, ...bare, ratio: value / bare.limit, goal: `< ${mostMib} MiB`, isMissed: value >= mostMib }
}
