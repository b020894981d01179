import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { FromSender, SenderOptions } from '../messages.ts'
import { get, set, type Shared } from '../shared/memory.ts'
import { workerSource } from '../worker/source.ts'
import type { Link } from './link.ts'
import * as word from '../shared/words.ts'

type WorkerClass = new (source: string, options: WorkerOptions) => Worker

/** The options and memory that the thread is started with, and its listeners. */
export interface WorkerLinkOptions {
  readonly options: SenderOptions
  readonly shared: Shared
  readonly tell: (message: FromSender) => void
  /** The thread ended by itself. `started` tells whether it ever ran. */
  readonly ended: (started: boolean) => void
}

/**
 * The sender in a thread of its own. It gets nothing of the host: neither its environment, nor its preloaded modules, nor its output.
 * @throws where there can be no thread
 */
export function workerLink(Worker: WorkerClass, { options, shared, tell, ended }: WorkerLinkOptions): Link {
  set(shared, word.ready, 0)
  let isOver = false
  const worker = new Worker(workerSource, {
    eval: true,
    name: 'afterai',
    workerData: { options, shared },
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    trackUnmanagedFds: false,
    // It holds 5 MB at most; garbage above that is collected rather than let grow.
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 },
  })
  const over = (): void => {
    if (isOver) return
    isOver = true
    ended(get(shared, word.ready) === 1)
  }
  worker.on('message', tell)
  worker.on('error', over)
  worker.on('exit', over)
  worker.unref()
  return {
    send: (message) => worker.postMessage(message),
    canWait: true,
    async end() {
      isOver = true
      await worker.terminate()
    },
  }
}
