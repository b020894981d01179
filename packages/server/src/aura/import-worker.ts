import { importResults, type ImportResult } from '@afterai/evidence'
import { createHash, createHmac } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportJob, ImportOutcome } from './import-file.ts'
import { packRun } from './packed-run.ts'

const { bytes, format, options, digestKey } = workerData as ImportJob

const sourceDigest = createHash('sha256').update(bytes).digest('hex')
const digest = (text: string): string =>
  `hmac-${createHmac('sha256', digestKey).update(text).digest('hex').slice(0, 40)}`
parentPort?.postMessage(await pack(importResults({ bytes, sourceDigest, digest }, { ...options, format })))

async function pack(result: ImportResult): Promise<ImportOutcome> {
  return result.ok ? { ok: true, packed: await packRun(result.run) } : result
}
