import { FAULTS, type FormatName, type ImportResult, type ReadingOptions, type TableReading } from '@afterai/evidence'
import { Worker } from 'node:worker_threads'
import { limiter } from '../platform/limiter.ts'
import type { PackedRun } from './packed-run.ts'

const timeLimitMs = 60_000
/** What the largest file takes that AFTERAI_IMPORT_MAX_MIB allows, 128 MiB, in each format; more of it needs more here. */
const memoryLimitMib = 1024
/** Each that waits holds its file. */
const limits = { running: 2, waiting: 4, retryAfterSeconds: 10, busy: 'too many files are being read' }

/** A file to import and how to read it. */
export interface ImportJob {
  readonly bytes: Uint8Array
  /** Undefined leaves it to what the file shows. */
  readonly format: FormatName | undefined
  readonly options: ReadingOptions
  /** Keys the digests of texts that have no identifier's shape. */
  readonly digestKey: Uint8Array
}

/** What was read of a file, ready to be kept, or all that is wrong with its file. */
export type ImportOutcome =
  | { readonly ok: true; readonly run: PackedRun; readonly repeats: number; readonly table?: TableReading | undefined }
  | Extract<ImportResult, { ok: false }>

/** Reads a file of results. @throws ProblemError `not_ready` when too many are waiting */
export type ImportFile = (job: ImportJob) => Promise<ImportOutcome>

/**
 * Reads files on threads of their own, two at a time, each with a limit on time and memory: a hostile or huge file
 * neither holds up other requests nor ends the process, and a flood of them is refused.
 */
export function createImportFile(): ImportFile {
  const limit = limiter(limits)
  return (job) => limit(() => importOnThread(job))
}

function importOnThread(job: ImportJob): Promise<ImportOutcome> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMib },
    })
    const giveUp = (found: string): void => {
      clearTimeout(timer)
      const fault = { code: 'too_large', text: `${found}; ${FAULTS.too_large}` } as const
      resolve({ ok: false, faults: [fault], more: 0 })
      void worker.terminate()
    }
    const timer = setTimeout(() => giveUp(`reading it took over ${timeLimitMs / 1000} s`), timeLimitMs)
    worker.once('message', (result: ImportOutcome) => {
      clearTimeout(timer)
      resolve(result)
    })
    // What a parser stumbles over may quote the file, so its message goes no further.
    worker.once('error', () => giveUp('the file could not be read within the memory that an import may take'))
  })
}
