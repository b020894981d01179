import { type ImportResult, importResults } from '@afterai/evidence'
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportJob, ImportOutcome } from './import-file.ts'
import { digestUnder } from './name-digest.ts'
import { packRun } from './packed-run.ts'

parentPort?.postMessage(await pack(read(workerData as ImportJob)))

function read({ bytes, format, options, digestKey }: ImportJob): ImportResult {
  const source = {
    chunks: () => [bytes],
    sha256: () => createHash('sha256'),
    digest: digestUnder(digestKey),
  }
  return importResults(source, { ...options, format })
}

async function pack(result: ImportResult): Promise<ImportOutcome> {
  return result.ok ? { ...result, run: await packRun(result.run) } : result
}
