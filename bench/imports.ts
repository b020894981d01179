import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env as processEnv } from 'node:process'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

/** Most memory that a process may take while it reads a million rows, in MiB. */
const GOAL_MIB = 150
const ROWS = ofLength(1_000_000, 2_000)
const launcher = fileURLToPath(new URL('../packages/cli/bin/afterai', import.meta.url))
const watched = `--import=${new URL('./imports-peak.ts', import.meta.url).href}`
const COLUMNS = ['id', 'slice', 'answer', 'score', 'latency_ms', 'cost_usd', 'part']

/** A report on a command line: the exit code, time, peak of memory and output of its process. */
export interface Ran {
  readonly code: number
  readonly seconds: number
  readonly peakMib: number
  readonly said: string
}

/** Reads a million rows with the command line, each time in a process of its own: once keeping a thousandth, which is the reading alone, once all, and two such files compared. */
export async function run(): Promise<Row[]> {
  return measureImports(ROWS)
}

/** The same for any number of rows. */
export async function measureImports(rows: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-imports-'))
  const count = rows.toLocaleString('en')
  try {
    const ranBy = (words: readonly string[]) => ranIn(folder, words)
    // What a first command compiled is there for the next.
    await ranBy(['import', '--help'])
    const idle = await ranBy(['import', '--help'])
    const measure = async (name: string, words: readonly string[]): Promise<Row> => {
      const { code, peakMib, seconds, said } = await ranBy(words)
      if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${said}`)
      return {
        name: `${name}, ${seconds.toFixed(1)} s`,
        value: peakMib,
        unit: 'MiB at most',
        limitName: 'the command line before it reads',
        limit: idle.peakMib,
        ratio: peakMib / idle.peakMib,
        goal: `<= ${GOAL_MIB} MiB`,
        isMissed: peakMib > GOAL_MIB,
      }
    }
    const measured: Row[] = []
    for (const format of ['csv', 'jsonl'] as const) {
      const path = join(folder, `results.${format}`)
      await writeRows(path, format, rows)
      const dry = ['import', path, '--dry-run']
      measured.push(await measure(`${format}: ${count} rows read, a thousandth kept`, [...dry, '--where', 'part=a']))
      measured.push(await measure(`${format}: ${count} rows read, all kept`, dry))
      measured.push(await measure(`${format}: twice ${count} rows compared`, ['assess', '--offline', path, path]))
    }
    return measured
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Runs the command line as it is installed, by its launcher. */
async function ranIn(folder: string, words: readonly string[]): Promise<Ran> {
  const peak = join(folder, 'peak')
  const env = { ...processEnv, HOME: folder, AFTERAI_API_KEY: 'none', AFTERAI_BENCH_PEAK: peak, NODE_OPTIONS: watched }
  const start = performance.now()
  const { code, said } = await new Promise<Pick<Ran, 'code' | 'said'>>((resolve) => {
    execFile(launcher, words, { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, said: `${stdout}${stderr}` })
    })
  })
  const seconds = (performance.now() - start) / 1000
  return { code, seconds, peakMib: Number(await readFile(peak, 'utf8')) / 1024, said: said.slice(0, 400) }
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
