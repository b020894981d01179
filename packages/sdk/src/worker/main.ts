import { parentPort, workerData } from 'node:worker_threads'
import type { SenderOptions, ToSender } from '../messages.ts'
import { Sender } from '../sender/sender.ts'
import { set, type Shared } from '../shared/memory.ts'
import { nodePlatform } from './node-platform.ts'
import * as word from '../shared/words.ts'

// The sending thread. It is bundled into `source.ts`, because a file of its own would get lost in bundlers.
if (parentPort !== null) {
  const port = parentPort
  const { options, shared } = workerData as { options: SenderOptions; shared: Shared }
  const sender = new Sender(
    nodePlatform(options, (message) => port.postMessage(message)),
    shared,
  )
  port.on('message', (message: ToSender) => sender.receive(message))
  set(shared, word.ready, 1)
}
