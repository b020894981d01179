import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Row } from './row.ts'

/** What a process may hold while it reads a million rows. */
const GOAL_MIB = 150
const ROWS = 1_000_000
const COLUMNS = ['id', 'slice', 'answer', 'score', 'latency_ms', 'cost_usd', 'part']

/** What the process that imported says of itself. */
export interface Imported {
  readonly cases: number
  readonly seconds: number
  readonly peakMib: number
}

/** Imports a million rows of CSV and of JSONL, each in a process of its own: once keeping a thousand of them, which is the reading alone, and once all. */
export async function run(): Promise<Row[]> {
  return measureImports(ROWS)
}

/** The same for any number of rows. */
export async function measureImports(rows: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-imports-'))
  try {
    const idle = await importedBy([])
    const measured: Row[] = []
    for (const format of ['csv', 'jsonl'] as const) {
      const path = join(folder, `results.${format}`)
      await writeRows(path, format, rows)
      for (const kept of ['a thousandth', 'all'] as const) {
        const { peakMib, seconds, cases } = await importedBy([path, kept === 'all' ? '' : 'part=a'])
        const name = `${format}: ${rows.toLocaleString('en')} rows read, ${cases.toLocaleString('en')} kept, ${seconds.toFixed(1)} s`
        measured.push({
          name,
          value: peakMib,
          unit: 'MiB at most',
          limitName: 'the process before it reads',
          limit: idle.peakMib,
          ratio: peakMib / idle.peakMib,
          goal: `<= ${GOAL_MIB} MiB`,
          isMissed: peakMib > GOAL_MIB,
        })
      }
    }
    return measured
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function importedBy(args: readonly string[]): Promise<Imported> {
  const host = fileURLToPath(new URL('./imports-host.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [host, ...args])
  return JSON.parse(stdout) as Imported
}

/** Writes a file of results of so many rows. */
export async function writeRows(path: string, format: 'csv' | 'jsonl', rows: number): Promise<void> {
  await pipeline(linesOf(format, rows), createWriteStream(path))
}

function* linesOf(format: 'csv' | 'jsonl', rows: number): Generator<string> {
  if (format === 'csv') yield `${COLUMNS.join(',')}\n`
  for (let index = 0; index < rows; index += 1000) {
    const batch = Array.from({ length: Math.min(1000, rows - index) }, (_, offset) => {
      const cells = cellsOf(index + offset)
      if (format === 'csv') return cells.map((cell) => (typeof cell === 'string' ? `"${cell}"` : cell)).join(',')
      return JSON.stringify(Object.fromEntries(COLUMNS.map((column, at) => [column, cells[at]])))
    })
    yield `${batch.join('\n')}\n`
  }
}

function cellsOf(index: number): readonly (string | number)[] {
  const [score, latency, cost] = [index % 2, index % 977, (index % 97) / 1000]
  return [
    `case-${index}`,
    `slice-${index % 5}`,
    'some answer, quoted',
    score,
    latency,
    cost,
    index % 1000 === 0 ? 'a' : 'b',
  ]
}
