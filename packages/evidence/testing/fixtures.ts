import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  runToJson,
  type ByteSource,
  type Digest,
  type EvaluationRun,
  type EvaluationRunJson,
  type ImportResult,
  type ImportSource,
} from '../src/index.ts'
import type { Pairs } from '../src/statistics/pairs.ts'

/** Real inputs that aren't part of the repository; tests that need them skip, saying so, where they are absent. */
const FIXTURES = fileURLToPath(new URL('../../../../shared/fixtures/', import.meta.url))

export const hasFixtures: boolean = existsSync(FIXTURES)

export function readFixture(path: string): string {
  return readFileSync(FIXTURES + path, 'utf8')
}

/** A keyed digest as the server makes it. */
export const testDigest: Digest = (text) =>
  `hmac-${createHmac('sha256', 'test key').update(text).digest('hex').slice(0, 32)}`

/** A file in memory, to be read whole or in pieces of so many bytes. */
export function sourceOf(content: string | Uint8Array, pieceBytes = Infinity): ImportSource & ByteSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return {
    text: typeof content === 'string' ? content : Buffer.from(content).toString(),
    sourceDigest: createHash('sha256').update(bytes).digest('hex'),
    *chunks() {
      for (let start = 0; start < bytes.length; start += pieceBytes)
        yield bytes.subarray(start, Math.min(bytes.length, start + pieceBytes))
    },
    sha256: () => createHash('sha256'),
    digest: testDigest,
  }
}

/** The run, or an error that shows the faults. */
export function runOf(result: ImportResult): EvaluationRun {
  if (!result.ok) throw new Error(JSON.stringify(result.faults))
  return result.run
}

/** The run with its cases in rows, as a test reads them. */
export function rowsOf(result: ImportResult): EvaluationRunJson {
  return runToJson(runOf(result))
}

/** Pairs as a simulation draws them, each a cluster of its own unless it says which. */
export function pairsFrom(
  rows: readonly { readonly baseline: number; readonly candidate: number; readonly cluster?: number | undefined }[],
): Pairs {
  return {
    length: rows.length,
    baseline: Float64Array.from(rows, ({ baseline }) => baseline),
    candidate: Float64Array.from(rows, ({ candidate }) => candidate),
    clusterOf: Uint32Array.from(rows, ({ cluster }, index) => cluster ?? index),
    clusterCount: Math.max(rows.length, ...rows.map(({ cluster }) => (cluster ?? 0) + 1)),
  }
}

/** A file in memory under a name. */
export function fileOf(content: string | Uint8Array, name?: string): ByteSource {
  return { ...sourceOf(content), name }
}

/** The bytes of a real input. */
export function fixtureBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(FIXTURES + path))
}
