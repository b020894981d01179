import { importCsv, importJsonl, importPromptfoo } from '@afterai/evidence'
import { createHash, createHmac } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportJob } from './import-file.ts'

const importers = { csv: importCsv, jsonl: importJsonl, promptfoo: importPromptfoo }

const { bytes, format, options, digestKey } = workerData as ImportJob
const source = {
  text: new TextDecoder().decode(bytes),
  sourceDigest: createHash('sha256').update(bytes).digest('hex'),
  digest: (text: string) => `hmac-${createHmac('sha256', digestKey).update(text).digest('hex').slice(0, 40)}`,
}
parentPort?.postMessage(importers[format](source, options))
