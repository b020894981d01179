import { createHash, type Hash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createZstdCompress, zstdDecompress } from 'node:zlib'
import {
  casePieces,
  type CaseSet,
  caseSetOf,
  decodeCases,
  distinctCases,
  errorCount,
  resultsDigestOf,
  runFromJson,
  type EvaluationRun,
  type EvaluationRunJson,
} from '@afterai/evidence'

const decompress = promisify(zstdDecompress)

/** The most bytes of a table of cases that is unpacked: far above what the largest file that can be imported makes of itself. */
const mostBytes = 1024 * 1024 * 1024

/** A run as it is kept: what describes it, and its cases as compressed columns. */
export interface PackedRun {
  readonly described: Omit<EvaluationRun, 'cases'>
  readonly caseTable: Uint8Array<ArrayBuffer>
  /** SHA-256 of the table before it was compressed: the same cases have the same, whatever compressed them. */
  readonly casesDigest: string
  /** Which cases it has, whatever was measured of them. */
  readonly caseSet: CaseSet
  /** SHA-256 of what was measured, whatever it is called. */
  readonly resultsDigest: string
  readonly cases: number
  readonly rows: number
  readonly errors: number
}

/** Packs a run for keeping, column by column: its bytes are never held beside its columns. */
export async function packRun({ cases, ...described }: EvaluationRun): Promise<PackedRun> {
  const hash = createHash('sha256')
  const packer = createZstdCompress()
  const [packed] = await Promise.all([buffer(packer), pipeline(hashed(casePieces(cases), hash), packer)])
  return {
    described,
    caseTable: new Uint8Array(packed),
    casesDigest: hash.digest('hex'),
    caseSet: caseSetOf(cases, sha256),
    resultsDigest: resultsDigestOf(cases, sha256),
    cases: distinctCases(cases),
    rows: cases.rows,
    errors: errorCount(cases),
  }
}

const sha256 = (): Hash => createHash('sha256')

function* hashed(pieces: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const piece of pieces) {
    hash.update(piece)
    yield piece
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
