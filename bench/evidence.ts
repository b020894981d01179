import { createHash, createHmac } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import {
  assess,
  caseTable,
  importCsv,
  importPromptfoo,
  runToJson,
  type ByteSource,
  type EvaluationCase,
  type EvaluationRun,
  type ImportSource,
} from '@afterai/evidence'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

/** Measures the assessment of 1,700 pairs, and imports against a bare parse of the same text. */
export async function run(): Promise<Row[]> {
  const csv = csvText(ofLength(40_000, 400))
  const promptfoo = promptfooText(ofLength(10_000, 100))
  return [
    assessments(),
    throughput(
      'import CSV',
      csv,
      () => importCsv(sourceOf(csv)),
      'bare csv-parse',
      () => parse(csv),
    ),
    throughput(
      'import promptfoo JSON',
      promptfoo,
      () => importPromptfoo(sourceOf(promptfoo)),
      'bare JSON.parse',
      () => JSON.parse(promptfoo),
    ),
  ]
}

function throughput(name: string, text: string, ours: () => unknown, limitName: string, bare: () => unknown): Row {
  const megabytes = Buffer.byteLength(text) / 1e6
  const value = (megabytes / fastest(ours)) * 1000
  const limit = (megabytes / fastest(bare)) * 1000
  return { name, value, unit: 'MB/s', limitName, limit, ratio: value / limit }
}

/** An assessment beside merely reading the two runs that it assesses. */
function assessments(): Row {
  const baseline = simulatedRun('a', 0.8)
  const candidate = simulatedRun('b', 0.78)
  const texts = [baseline, candidate].map((side) => JSON.stringify(runToJson(side)))
  const value = 1000 / fastest(() => assess(baseline, candidate))
  const limit = 1000 / fastest(() => texts.map((text): unknown => JSON.parse(text)))
  const name = 'assess 1,700 pairs, 3 metrics, 5 slices'
  return {
    name,
    value,
    unit: 'assessments/s',
    limitName: 'bare JSON.parse of both runs/s',
    limit,
    ratio: value / limit,
  }
}

/** The fastest of several runs, in milliseconds: the least disturbed by whatever else the machine does. */
function fastest(work: () => unknown): number {
  const times = Array.from({ length: ofLength(7, 1) }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return Math.min(...times)
}

function simulatedRun(digest: string, passRate: number): EvaluationRun {
  return {
    format: 'csv',
    sourceDigest: digest.repeat(64),
    selection: null,
    metrics: [
      { name: 'pass', kind: 'binary', direction: 'up', directionFrom: 'name' },
      { name: 'latency_ms', kind: 'latency', direction: 'down' },
      { name: 'cost_usd', kind: 'cost', direction: 'down' },
    ],
    cases: caseTable(
      Array.from({ length: 1700 }, (_, index): EvaluationCase => ({
        caseId: `case-${index}`,
        slice: `slice-${index % 5}`,
        outcome: 'completed',
        values: [
          Number(noise(index, digest) < passRate),
          100 + 400 * noise(index, `${digest}ms`),
          0.001 + noise(index, `${digest}usd`),
        ],
      })),
      3,
    ),
    dropped: [],
    digestedIdentifiers: 0,
  }
}

function csvText(rows: number): string {
  const lines = Array.from(
    { length: rows },
    (_, index) =>
      `case-${index},slice-${index % 5},"some answer, quoted",${index % 2},${index % 977},0.00${index % 97}`,
  )
  return `id,slice,answer,score,latency_ms,cost_usd\n${lines.join('\n')}\n`
}

function promptfooText(count: number): string {
  const results = Array.from({ length: count }, (_, index) => ({
    vars: { id: `case-${index}`, question: 'Where is my order?' },
    provider: { id: 'acme', label: 'acme' },
    prompt: { label: 'support', raw: 'Answer the customer.'.repeat(20) },
    response: { output: 'It is on its way. '.repeat(20) },
    success: index % 3 > 0,
    score: 1,
    latencyMs: 100 + (index % 300),
    cost: 0.001,
    tokenUsage: { total: 300 },
    failureReason: 0,
    namedScores: { tone: 0.5 },
  }))
  return JSON.stringify({ results: { version: 3, results } })
}

function sourceOf(text: string): ImportSource & ByteSource {
  const bytes = Buffer.from(text)
  return {
    text,
    sourceDigest: 'c'.repeat(64),
    chunks: () => [bytes],
    sha256: () => createHash('sha256'),
    digest: (value) => `hmac-${createHmac('sha256', 'bench').update(value).digest('hex').slice(0, 40)}`,
  }
}

/** The same number in 0..1 for the same inputs. */
function noise(index: number, salt: string): number {
  return createHash('sha256').update(`${salt}${index}`).digest().readUInt32BE() / 2 ** 32
}
