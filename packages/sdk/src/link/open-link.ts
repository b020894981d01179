import type { FromSender, SenderOptions } from '../messages.ts'
import { builtin } from '../platform-modules.ts'
import type { Shared } from '../shared.ts'
import type { Link } from './link.ts'
import { localLink } from './local-link.ts'
import { workerLink } from './worker-link.ts'

const mostRestarts = 5

/** Who hears of the sender. */
export interface Listener {
  readonly tell: (message: FromSender) => void
  /** The thread ended with what it held; the next one starts, if there is one. */
  readonly lost: (fresh: Link | undefined) => void
}

/** The best way that this run time has. */
export function openLink(options: SenderOptions, shared: Shared, { tell, lost }: Listener, restarts = 0): Link {
  const threads = builtin('node:worker_threads')
  const local = (): Link => localLink(options, shared, tell)
  if (threads === undefined) return local()
  try {
    return workerLink(threads.Worker, {
      options,
      shared,
      tell,
      ended(hasStarted) {
        if (!hasStarted) return lost(local())
        lost(restarts < mostRestarts ? openLink(options, shared, { tell, lost }, restarts + 1) : undefined)
      },
    })
  } catch {
    return local()
  }
}
