import type { SenderOptions } from '../messages.ts'
import { builtin } from '../platform-modules.ts'
import type { Shared } from '../shared/memory.ts'
import type { Link, Listener } from './link.ts'
import { localLink } from './local-link.ts'
import { workerLink } from './worker-link.ts'

const mostRestarts = 5

/** The best way that this run time has. */
export function openLink(options: SenderOptions, shared: Shared, listener: Listener, restarts = 0): Link {
  const threads = builtin('node:worker_threads')
  const local = (): Link => localLink(options, shared, listener)
  if (threads === undefined) return local()
  const { tell, lost } = listener
  try {
    return workerLink(threads.Worker, {
      options,
      shared,
      tell,
      ended(hasStarted) {
        if (!hasStarted) return lost(local())
        lost(restarts < mostRestarts ? openLink(options, shared, listener, restarts + 1) : undefined)
      },
    })
  } catch {
    return local()
  }
}
