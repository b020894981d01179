import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { processesGone, processesNaming } from '../packages/testing/src/processes.ts'
import { type ServerProcess, startServerProcess } from '../packages/testing/src/running-server.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const warmStarts = ofLength(5, 1)

/** How long a trial takes to answer its first request, what it and a command cost, and what it holds in memory when nothing happens: of what `npm ci` builds. */
export async function run(): Promise<Row[]> {
  await import('../scripts/build-program.ts')
  const directory = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  chmodSync(directory, 0o711)
  try {
    const bare = await bareDatabase(join(directory, 'bare'))
    const whole = await wholeServer(join(directory, 'whole'))
    return [
      row({
        name: 'first start',
        unit: 'ms',
        value: whole.coldMs,
        limitName: 'embedded PostgreSQL alone',
        limit: bare.coldMs,
        most: 3000,
      }),
      row({
        name: 'later start',
        unit: 'ms',
        value: whole.warmMs,
        limitName: 'embedded PostgreSQL alone',
        limit: bare.warmMs,
        most: 1000,
      }),
      row({
        name: 'processor time of the server until it answers',
        unit: 'ms',
        value: whole.cpuMs,
        limitName: 'a Node.js process that does nothing',
        limit: processorMs([process.execPath, '-e', '0'], directory),
        most: 1000,
      }),
      ...(await commands(directory)),
      row({
        name: 'idle memory of server and database',
        unit: 'MiB',
        value: whole.memoryMib,
        limitName: 'a Node.js process that does nothing',
        limit: await idleNodeMib(),
        most: 250,
      }),
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function row({
  most,
  ...measured
}: Pick<Row, 'name' | 'unit' | 'value' | 'limitName' | 'limit'> & { most: number }): Row {
  const { value, limit, unit } = measured
  return { ...measured, ratio: value / limit, goal: `< ${most} ${unit}`, isMissed: value >= most }
}

async function bareDatabase(dataDir: string): Promise<{ coldMs: number; warmMs: number }> {
  const start = async (): Promise<number> => {
    const from = performance.now()
    const database = await startEmbeddedPostgres({ dataDir, log: () => undefined })
    const took = performance.now() - from
    await database.stop()
    return took
  }
  return { coldMs: await start(), warmMs: await fastest(start) }
}

async function wholeServer(
  dataDir: string,
): Promise<{ coldMs: number; warmMs: number; cpuMs: number; memoryMib: number }> {
  let memoryMib = 0
  let cpuMs = Number.POSITIVE_INFINITY
  const start = async (): Promise<number> => {
    const from = performance.now()
    const server = await startServerProcess({
      // As the launcher starts it: what Node compiled is kept.
      env: { AFTERAI_DATA_DIR: dataDir, NODE_COMPILE_CACHE: `${dataDir}-compiled` },
      command: [process.execPath, 'packages/server/dist/program/server.js', 'up', '--empty'],
    })
    const took = performance.now() - from
    cpuMs = Math.min(cpuMs, usedMs(server.pid))
    memoryMib = await settledMemory(dataDir)
    await stop(server, dataDir)
    return took
  }
  return { coldMs: await start(), warmMs: await fastest(start), cpuMs, memoryMib }
}

/** Commands that people wait for: one that asks nothing, and one that asks a server, which is there and has nothing to tell. */
async function commands(directory: string): Promise<Row[]> {
  const empty = spawn(process.execPath, ['-e', emptyServer], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(empty.stdout, 'data')) as [Buffer]
    const env = { AFTERAI_URL: `http://127.0.0.1:${port.toString()}`, AFTERAI_API_KEY: 'aftr_live_bench' }
    return [
      { words: ['--version'], most: 80 },
      { words: ['ace', 'list'], most: 200 },
    ].map(({ words, most }) =>
      row({
        name: `processor time of afterai ${words.join(' ')}`,
        unit: 'ms',
        value: processorMs(['packages/cli/bin/afterai', ...words], directory, env),
        limitName: 'a Node.js process that does nothing',
        limit: processorMs([process.execPath, '-e', '0'], directory),
        most,
      }),
    )
  } finally {
    empty.kill()
  }
}

/** A server with an empty list at each address, which prints its port. */
const emptyServer = `
  const server = require('node:http').createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end('{"items":[],"nextCursor":null}')
  })
  server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)))`

/** Processor time of a process until now. Linux counts it in hundredths of a second. */
function usedMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10
}

/** The least processor time that a command took, with all that it started, in several runs. */
function processorMs(command: readonly string[], home: string, more: Readonly<Record<string, string>> = {}): number {
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home, ...more }
  const script = 'for run in 1 2 3 4 5; do "$@" >/dev/null 2>&1; times; done'
  const { stdout } = spawnSync('/bin/sh', ['-c', script, 'sh', ...command], { env, encoding: 'utf8' })
  const totals = [...stdout.matchAll(/^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm)].map(
    ([, userMin, user, systemMin, system]) =>
      (Number(userMin) + Number(systemMin)) * 60_000 + (Number(user) + Number(system)) * 1_000,
  )
  // Every other line is of the shell itself.
  const children = totals.filter((_, nth) => nth % 2 === 1)
  return Math.min(...children.map((total, nth) => total - (children[nth - 1] ?? 0)))
}

async function stop(server: ServerProcess, dataDir: string): Promise<void> {
  server.signal('SIGTERM')
  await server.ending
  if (!(await processesGone(dataDir))) throw new Error('the server left a process behind')
}

/** The shortest of several: what the machine can do when nothing else gets in between. */
async function fastest(start: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < warmStarts; count++) times.push(await start())
  return Math.min(...times)
}

/** Memory of all the server's processes two seconds after its first answer, shared pages divided among those that share them. */
async function settledMemory(dataDir: string): Promise<number> {
  await sleep(ofLength(2_000, 0))
  return processesNaming(dataDir).reduce((sum, pid) => sum + proportionalMib(pid), 0)
}

async function idleNodeMib(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await sleep(ofLength(1_000, 100))
  const memory = child.pid === undefined ? 0 : proportionalMib(child.pid)
  child.kill()
  return memory
}

function proportionalMib(pid: number): number {
  const [, kibibytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}
