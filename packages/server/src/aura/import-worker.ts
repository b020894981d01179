import { importResults } from '@afterai/evidence'
import { createHash, createHmac } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportJob } from './import-file.ts'

const { bytes, format, options, digestKey } = workerData as ImportJob

const sourceDigest = createHash('sha256').update(bytes).digest('hex')
const digest = (text: string): string =>
  `hmac-${createHmac('sha256', digestKey).update(text).digest('hex').slice(0, 40)}`
parentPort?.postMessage(importResults({ bytes, sourceDigest, digest }, { ...options, format }))
