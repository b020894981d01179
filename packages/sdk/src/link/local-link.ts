import type { SenderOptions, ToSender } from '../messages.ts'
import type { Shared } from '../shared/memory.ts'
import type { Link, Listener } from './link.ts'
import type { LocalSender } from './local-sender.ts'

/** The sender beside the host, over `fetch`: for run times without threads, such as the edge. */
export function localLink(options: SenderOptions, shared: Shared, { tell, lost }: Listener): Link {
  let sender: LocalSender | undefined
  let isOver = false
  let waiting: ToSender[] = []
  const deliver = async (): Promise<void> => {
    // Loaded where it is needed: where there are threads, it isn't.
    sender ??= (await import('./local-sender.ts')).localSender(options, shared, tell)
    const messages = waiting
    waiting = []
    // Copied, as to a thread: a name may be a part of a longer text, which it would keep alive.
    for (const message of messages) if (!isOver) sender.receive(structuredClone(message))
  }
  return {
    // Never on the caller's stack; and nothing is made before there is something to send: some run times allow it only in a request.
    send(message) {
      if (waiting.push(message) > 1) return
      void Promise.resolve()
        .then(deliver)
        .catch(() => lost(undefined))
    },
    canWait: false,
    end() {
      isOver = true
      sender?.receive({ type: 'stop' })
      return Promise.resolve()
    },
  }
}
