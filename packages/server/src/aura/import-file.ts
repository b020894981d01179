import type { ImportResult, PromptfooOptions, TableOptions } from '@afterai/evidence'
import { Worker } from 'node:worker_threads'

const timeLimitMs = 60_000
const memoryLimitMib = 1024
const mostAtOnce = 2

/** A file to import and how to read it. */
export interface ImportJob {
  readonly bytes: Uint8Array
  readonly format: 'csv' | 'jsonl' | 'promptfoo'
  readonly options: TableOptions & PromptfooOptions
  /** Keys the digests of identifiers that aren't bounded names. */
  readonly digestKey: Uint8Array
}

/** Reads a file of results. */
export type ImportFile = (job: ImportJob) => Promise<ImportResult>

/**
 * Reads files on threads of their own, two at a time, each with a limit on time and memory: a hostile or huge file
 * neither holds up other requests nor ends the process.
 */
export function createImportFile(): ImportFile {
  let running = 0
  const waiting: (() => void)[] = []
  return async (job) => {
    if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await importOnThread(job)
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}

function importOnThread(job: ImportJob): Promise<ImportResult> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: memoryLimitMib },
    })
    const giveUp = (text: string): void => {
      clearTimeout(timer)
      resolve({ ok: false, faults: [{ code: 'too_large', text }], more: 0 })
      void worker.terminate()
    }
    const timer = setTimeout(() => giveUp(`reading it took over ${timeLimitMs / 1000} s; split the file`), timeLimitMs)
    worker.once('message', (result: ImportResult) => {
      clearTimeout(timer)
      resolve(result)
    })
    // What a parser stumbles over may quote the file, so its message goes no further.
    worker.once('error', () => giveUp('the file could not be read within the memory that an import may take'))
  })
}
