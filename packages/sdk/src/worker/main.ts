import { parentPort, workerData } from 'node:worker_threads'
import type { SenderOptions, ToSender } from '../messages.ts'
import { Sender } from '../sender/sender.ts'
import { set, type Shared } from '../shared/memory.ts'
import { nodePlatform } from './node-platform.ts'
import * as word from '../shared/words.ts'

const turnMs = 5

// The sending thread. It is bundled into `source.ts`, because a file of its own would get lost in bundlers.
if (parentPort !== null) {
  const port = parentPort
  const { options, shared } = workerData as { options: SenderOptions; shared: Shared }
  const sender = new Sender(
    nodePlatform(options, (message) => port.postMessage(message)),
    shared,
  )
  port.on('message', (message: ToSender) => {
    if (message.type === 'leaving') listen(shared)
    else sender.receive(message)
  })
  set(shared, word.ready, 1)
}

/**
 * Counts how long this thread listens, for a host that waits for it as it ends: on a busy machine most of a time passes without this thread
 * having the processor, in which it can have heard nothing. A turn that comes late counts no more than one that comes in time.
 */
function listen(shared: Shared): void {
  setInterval(() => Atomics.add(shared.words, word.listenedMs, turnMs), turnMs).unref()
}
