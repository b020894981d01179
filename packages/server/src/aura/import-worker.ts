import { importResults, previewResults, type ByteSource, type ImportResult } from '@afterai/evidence'
import { createHash } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { readScratch } from '../platform/scratch-file.ts'
import type { ImportJob, ImportOutcome, WorkerJob } from './import-file.ts'
import { seenOf } from './import-preview.ts'
import { digestUnder } from './name-digest.ts'
import { packRun } from './packed-run.ts'

const { does, ...job } = workerData as WorkerJob
if (does === 'preview')
  parentPort?.postMessage(seenOf(previewResults(sourceOf(job), { ...job.options, format: job.format })))
else {
  const outcome = await pack(importResults(sourceOf(job), { ...job.options, format: job.format }))
  parentPort?.postMessage(outcome, outcome.ok ? [outcome.run.caseTable.buffer] : [])
}

function sourceOf({ file, digestKey }: ImportJob): ByteSource {
  return {
    chunks: () => readScratch(file),
    sha256: () => createHash('sha256'),
    digest: digestUnder(digestKey),
  }
}

async function pack(result: ImportResult): Promise<ImportOutcome> {
  return result.ok ? { ...result, run: await packRun(result.run) } : result
}
