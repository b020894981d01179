import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesGone } from '../packages/testing/src/processes.ts'
import { type ServerProcess, startServerProcess } from '../packages/testing/src/running-server.ts'
import { writeRows } from './imports.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'
import { forgetPeak, peakMib, setUp } from './server.ts'

/** Most memory that a server may take beyond what it holds when nothing happens, in MiB. */
const GROWTH_MIB = 150
const ROWS = ofLength(1_000_000, 2_000)

/** Answers of a server to files of results, and the most memory that it held meanwhile, in MiB. */
export interface ServedImports {
  readonly answers: readonly { readonly status: number; readonly id: string | null; readonly cases: number | null }[]
  readonly idleMib: number
  readonly peakMib: number
  readonly seconds: number
}

/** Imports a million rows into a server, once and then twice at once, and measures what its process holds at most. */
export async function run(): Promise<Row[]> {
  const once = await serveImports({ rows: ROWS, times: 1 })
  const twice = await serveImports({ rows: ROWS, times: 2 })
  return [row(`one file of ${ROWS.toLocaleString('en')} rows`, once), row('two such files at once', twice)]
}

function row(what: string, { answers, idleMib, peakMib, seconds }: ServedImports): Row {
  const growth = peakMib - idleMib
  const statuses = answers.map(({ status }) => status).join(' and ')
  return {
    name: `${what}, answered ${statuses} in ${seconds.toFixed(1)} s`,
    value: growth,
    unit: 'MiB above idle at most',
    limitName: 'the idle server',
    limit: idleMib,
    ratio: peakMib / idleMib,
    goal: `<= ${GROWTH_MIB} MiB`,
    isMissed: growth > GROWTH_MIB,
  }
}

/** Starts a server, sends it a file of results so many times at once, each under a key of its own, and stops it. */
export async function serveImports({
  rows,
  times,
  enter = [],
}: {
  readonly rows: number
  readonly times: number
  /** The beginning of a command line, by which it runs in a small container. */
  readonly enter?: readonly string[]
}): Promise<ServedImports> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-server-imports-'))
  await chmod(folder, 0o711)
  const server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(folder, 'data'), AFTERAI_IMPORT_MAX_MIB: '128' },
    command: commandIn(enter, process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'),
  })
  try {
    const token = await setUp(server)
    const path = join(folder, 'results.csv')
    await writeRows(path, 'csv', rows)
    const idleMib = await peakMib(server.pid)
    await forgetPeak(server.pid)
    const start = performance.now()
    const answers = await Promise.all(Array.from({ length: times }, () => upload(server, token, path)))
    return { answers, idleMib, peakMib: await peakMib(server.pid), seconds: (performance.now() - start) / 1000 }
  } finally {
    server.signal('SIGTERM')
    await server.ending
    await processesGone(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

function commandIn(enter: readonly string[], ...command: [string, ...string[]]): [string, ...string[]] {
  const [program, ...parameters] = enter
  return program === undefined ? command : [program, ...parameters, ...command]
}

async function upload(server: ServerProcess, token: string, path: string): Promise<ServedImports['answers'][number]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv', 'idempotency-key': randomUUID() }
  const url = `${server.origin}/v1/evaluations?format=csv`
  const answer = await fetch(url, { method: 'POST', headers, body: await openAsBlob(path) })
  const body = (await answer.json()) as { id?: string; cases?: number }
  return { status: answer.status, id: body.id ?? null, cases: body.cases ?? null }
}
