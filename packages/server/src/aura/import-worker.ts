import { type ImportResult, importResults } from '@afterai/evidence'
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { readScratch } from '../platform/scratch-file.ts'
import type { ImportJob, ImportOutcome } from './import-file.ts'
import { digestUnder } from './name-digest.ts'
import { packRun } from './packed-run.ts'

const outcome = await pack(read(workerData as ImportJob))
parentPort?.postMessage(outcome, outcome.ok ? [outcome.run.caseTable.buffer] : [])

function read({ file, format, options, digestKey }: ImportJob): ImportResult {
  const source = {
    chunks: () => readScratch(file),
    sha256: () => createHash('sha256'),
    digest: digestUnder(digestKey),
  }
  return importResults(source, { ...options, format })
}

async function pack(result: ImportResult): Promise<ImportOutcome> {
  return result.ok ? { ...result, run: await packRun(result.run) } : result
}
