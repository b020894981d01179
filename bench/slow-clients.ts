import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesGone } from '../packages/testing/src/processes.ts'
import { type ServerProcess, startServerProcess } from '../packages/testing/src/running-server.ts'
import {
  attacksOn,
  type Experience,
  experienceDuring,
  residentMib,
  runAttack,
} from '../packages/testing/src/slow-clients.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const size = ofLength({ connections: 1000, seconds: 15 }, { connections: 20, seconds: 1 })
/** Most that a polite client's p99 may be, in times of calm. A flood takes the processor that the server runs on; slow clients don't. */
const goals = { slow: 10, flood: 25, after: 2 }
/** Below this a difference is the scheduler's, whatever the ratio. */
const noiseMs = 10
/** V8 lets young objects take so much while requests come fast, and gives it back late. */
const youngMib = 192
const memoryGoal = 2

/** Measures how a client that behaves is served before, while and after others attack; each beside how it was before. */
export async function run(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  chmodSync(directory, 0o711)
  const server = await startServerProcess({
    env: {
      AFTERAI_DATA_DIR: join(directory, 'data'),
      AFTERAI_RATE_READS: '100000',
      AFTERAI_RATE_CREDENTIALS: '100000',
    },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  try {
    return await measure(server)
  } finally {
    server.signal('SIGTERM')
    await server.ending
    await processesGone(directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measure(server: ServerProcess): Promise<Row[]> {
  const client = { url: `${server.origin}/v1/systems`, token: await setUp(server) }
  // The first seconds after a start are slower; they are nobody's measure.
  await sleep(ofLength(3_000, 0))
  const calm = await experienceDuring(client, () => sleep(ofLength(5_000, 300)))
  const rows = [
    rowOf('p99 in calm', calm, { calm, most: 1 }),
    memory('memory in calm', server, residentMib(server.pid)),
  ]
  const before = residentMib(server.pid)
  for (const attack of attacksOn(server.origin, size)) {
    const during = await experienceDuring(client, () => runAttack(attack))
    const most = attack.name.startsWith('slow') ? goals.slow : goals.flood
    rows.push(
      rowOf(`p99 during ${attack.name}`, during, { calm, most }),
      memory(`memory after ${attack.name}`, server, before),
    )
    const after = await experienceDuring(client, () => sleep(ofLength(5_000, 300)))
    rows.push(rowOf(`p99 after ${attack.name}`, after, { calm, most: goals.after }))
  }
  return rows
}

function rowOf(
  name: string,
  { p99Ms, errors, requests }: Experience,
  { calm, most }: { calm: Experience; most: number },
): Row {
  const limitMs = Math.max(noiseMs, calm.p99Ms * most)
  return {
    name: `${name} (${requests} requests, ${errors.length} errors)`,
    value: p99Ms,
    unit: 'ms',
    limitName: 'in calm',
    limit: calm.p99Ms,
    ratio: p99Ms / calm.p99Ms,
    goal: `at most ${limitMs.toFixed(0)} ms (${most} × calm), 0 errors`,
    // Written so that no figure at all misses it too.
    isMissed: !(p99Ms <= limitMs) || errors.length > 0,
  }
}

function memory(name: string, { pid }: ServerProcess, before: number): Row {
  const value = residentMib(pid)
  return {
    name,
    value,
    unit: 'MiB',
    limitName: 'before',
    limit: before,
    ratio: value / before,
    goal: `at most ${memoryGoal} × before and ${youngMib} MiB`,
    isMissed: !(value <= before * memoryGoal + youngMib),
  }
}

async function setUp(server: ServerProcess): Promise<string> {
  while (!server.output().includes('--setup')) await sleep(50)
  const [, code = ''] = /--setup (\S+)/.exec(server.output()) ?? []
  const answer = await fetch(`${server.origin}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      code,
      email: 'ada@example.com',
      name: 'Ada',
      password: 'heron-quartz-91-lantern',
      tenant: { slug: 'acme', name: 'Acme' },
    }),
  })
  return ((await answer.json()) as { accessToken: string }).accessToken
}
