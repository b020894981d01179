import type { ImportPreview } from '@afterai/contract'
import {
  FAULTS,
  type FormatName,
  type ImportFault,
  type ImportResult,
  type ReadingOptions,
  type TableReading,
} from '@afterai/evidence'
import { limiter } from '../platform/limiter.ts'
import type { Scratch } from '../platform/scratch-file.ts'
import type { PackedRun } from './packed-run.ts'
import { isTooLarge, runOnThread } from './run-on-thread.ts'

const timeLimitMs = 60_000
const mebibyte = 1024 * 1024
/** The memory of a thread: what the largest file takes that AFTERAI_IMPORT_MAX_MIB allows, 128 MiB, in each format; more of it needs more here. */
const memoryLimitMib = 1024
/** Young objects of a parser die young: room for more of them only costs memory. */
const youngMib = 8

/** Files above this are read one at a time, since their cases are what memory is needed for; smaller ones two at a time beside them. */
const largeBytes = 8 * mebibyte
const wait = { retryAfterSeconds: 10, longestWaitMs: 60_000, busy: 'too many files are being read' }
const small = { ...wait, running: 2, waiting: 4 }
const large = { ...wait, running: 1, waiting: 4 }

/** A file to import and how to read it. */
export interface ImportJob {
  readonly file: Scratch
  /** Undefined leaves it to what the file shows. */
  readonly format: FormatName | undefined
  readonly options: ReadingOptions
  /** Keys the digests of texts that have no identifier's shape. */
  readonly digestKey: Uint8Array
}

/** The run that was read of a file, ready to be kept, or all that is wrong with the file. */
export type ImportOutcome =
  | { readonly ok: true; readonly run: PackedRun; readonly repeats: number; readonly table?: TableReading | undefined }
  | Extract<ImportResult, { ok: false }>

/** Reads files of results. Both throw ProblemError `not_ready` when too many are waiting, or the machine is too busy to read it in time. */
export interface ReadFile {
  /** A run ready to be kept, or all that is wrong with the file. */
  readonly toImport: (job: ImportJob, departure: AbortSignal) => Promise<ImportOutcome>
  /** What an import would make of it. */
  readonly toPreview: (job: ImportJob, departure: AbortSignal) => Promise<ImportPreview>
}

/** Work of the thread that reads files. */
export interface WorkerJob extends ImportJob {
  readonly does: 'import' | 'preview'
}

/**
 * Reads files on threads of their own, each with a limit on time and memory: a hostile or huge file
 * neither holds up other requests nor ends the process, and a flood of them is refused.
 */
export function createReadFile(): ReadFile {
  const [smallOnes, largeOnes] = [limiter(small), limiter(large)]
  const limitOf = ({ file }: ImportJob) => (file.sizeBytes > largeBytes ? largeOnes : smallOnes)
  return {
    toImport: (job, departure) =>
      limitOf(job)(async () => {
        const outcome = await readOnThread<ImportOutcome>({ ...job, does: 'import' }, departure)
        return outcome ?? { ok: false, faults: [tooLarge], more: 0 }
      }),
    toPreview: (job, departure) =>
      limitOf(job)(async () => {
        const seen = await readOnThread<ImportPreview>({ ...job, does: 'preview' }, departure)
        return seen ?? { ...nothingSeen, format: job.format ?? null }
      }),
  }
}

const tooLarge: ImportFault = {
  code: 'too_large',
  text: `the file could not be read within the memory that an import may take; ${FAULTS.too_large}`,
}

const nothingSeen: ImportPreview = {
  format: null,
  takes: [],
  columns: [],
  moreColumns: 0,
  variables: [],
  choices: [],
  run: null,
  faults: [{ ...tooLarge, line: null, column: null, pointer: null }],
  moreFaults: 0,
}

/** Undefined where the file was more than a thread may hold. */
async function readOnThread<T>(job: WorkerJob, departure: AbortSignal): Promise<T | undefined> {
  try {
    return await runOnThread<T>({
      script: new URL('./import-worker.ts', import.meta.url),
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMib, maxYoungGenerationSizeMb: youngMib },
      timeLimitMs,
      doing: 'reading the file',
      departure,
    })
  } catch (error) {
    if (!isTooLarge(error)) throw error
    return undefined
  }
}
