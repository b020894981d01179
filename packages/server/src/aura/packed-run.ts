import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import {
  decodeCases,
  distinctCases,
  encodeCases,
  errorCount,
  runFromJson,
  type EvaluationRun,
  type EvaluationRunJson,
} from '@afterai/evidence'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** What a table of cases may take when it is unpacked: far above what the largest file that can be imported makes of itself. */
const mostBytes = 1024 * 1024 * 1024

/** A run as it is kept: what describes it, and its cases as compressed columns. */
export interface PackedRun {
  readonly described: Omit<EvaluationRun, 'cases'>
  readonly caseTable: Uint8Array<ArrayBuffer>
  /** SHA-256 of the table before it was compressed: the same cases have the same, whatever compressed them. */
  readonly casesDigest: string
  readonly cases: number
  readonly rows: number
  readonly errors: number
}

/** Packs a run for keeping. */
export async function packRun({ cases, ...described }: EvaluationRun): Promise<PackedRun> {
  const table = encodeCases(cases)
  const packed = await compress(table)
  return {
    described,
    caseTable: new Uint8Array(packed),
    casesDigest: createHash('sha256').update(table).digest('hex'),
    cases: distinctCases(cases),
    rows: cases.rows,
    errors: errorCount(cases),
  }
}

/** A run as a row of the database holds it: its cases compressed, or whole in a run of an earlier release. */
export interface KeptRun {
  readonly described: Omit<EvaluationRun, 'cases'>
  readonly rows: number
  readonly caseTable: Uint8Array | null
  readonly json: EvaluationRunJson | null
}

/** The run that was kept. @throws Error if what was kept can't be read */
export async function unpackRun({ caseTable, json, described }: KeptRun): Promise<EvaluationRun> {
  if (caseTable !== null)
    return { ...described, cases: decodeCases(await decompress(caseTable, { maxOutputLength: mostBytes })) }
  if (json === null) throw new Error('an evaluation was kept without its cases')
  return runFromJson({
    ...json,
    metrics: json.format === 'promptfoo' ? json.metrics.map(declaredByFormat) : json.metrics,
  })
}

/** Of runs that were imported before it was kept: promptfoo's own `pass` and `score` say which way is better, and on what scale. */
function declaredByFormat(metric: EvaluationRun['metrics'][number]): EvaluationRun['metrics'][number] {
  if (metric.name !== 'pass' && metric.name !== 'score') return metric
  const scale = metric.kind === 'continuous' ? { scale: { lower: 0, upper: 1 } } : {}
  return { ...metric, directionFrom: 'format', ...scale }
}
