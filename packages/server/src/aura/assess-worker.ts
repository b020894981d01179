import { parentPort, workerData } from 'node:worker_threads'
import { assessKept, type AssessJob } from './assess-runs.ts'

parentPort?.postMessage(await assessKept(workerData as AssessJob))
