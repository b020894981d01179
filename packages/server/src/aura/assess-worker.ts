import { parentPort, workerData } from 'node:worker_threads'
import { askHere, type RunsJob } from './kept-runs.ts'

parentPort?.postMessage(await askHere(workerData as RunsJob))
