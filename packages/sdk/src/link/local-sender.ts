import type { FromSender, SenderOptions, ToSender } from '../messages.ts'
import { host } from '../platform-modules.ts'
import { longestReply, timeoutMs, type Platform } from '../sender/platform.ts'
import { Sender } from '../sender/sender.ts'
import { set, type Shared } from '../shared/memory.ts'
import { unref } from '../timers.ts'
import * as word from '../shared/words.ts'

/** The sender in the host's thread. */
export interface LocalSender {
  receive(message: ToSender): void
}

/** Makes the sender in the host's thread. What ends it ends the request under way, which would else keep the process. */
export function localSender(options: SenderOptions, shared: Shared, tell: (message: FromSender) => void): LocalSender {
  const requests: Requests = { underWay: new Set(), overAt: Number.NEGATIVE_INFINITY }
  const sender = new Sender(fetchPlatform({ options, shared, tell, requests }), shared)
  return {
    receive(message) {
      // After a close the process may still live on, where something else keeps it: the sender stays.
      if (message.type !== 'close') sender.receive(message)
      if (message.type !== 'close' && message.type !== 'stop') return
      requests.overAt = performance.now()
      for (const request of requests.underWay) request.abort()
    },
  }
}

interface FetchOptions {
  readonly options: SenderOptions
  readonly shared: Shared
  readonly tell: Platform['tell']
  readonly requests: Requests
}

interface Requests {
  /** Those that can be aborted. */
  readonly underWay: Set<AbortController>
  /** When they were last aborted because the process ends: what listens for the end starts nothing more. */
  overAt: number
}

function fetchPlatform({ options, shared, tell, requests }: FetchOptions): Platform {
  const { endpoint, apiKey, exitWaitMs } = options
  return {
    pack: (text) => text,
    async request(path, body) {
      if (performance.now() - requests.overAt < quietMs) throw new Error()
      const headers = {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      const abort = new AbortController()
      requests.underWay.add(abort)
      const timer = setTimeout(() => abort.abort(), timeoutMs)
      unref(timer)
      set(shared, word.closed, 0)
      const watch = watchForEnd(exitWaitMs, () => {
        // It has waited as long as it may.
        set(shared, word.closed, 1)
        requests.overAt = performance.now()
        abort.abort()
      })
      try {
        const reply = await fetch(`${endpoint}${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers,
          redirect: 'manual',
          signal: abort.signal,
          ...(body === undefined ? {} : { body }),
        })
        const text = await reply.text()
        return {
          status: reply.status,
          retryAfter: reply.headers.get('retry-after'),
          text: text.length > longestReply ? '' : text,
        }
      } finally {
        clearTimeout(timer)
        clearInterval(watch)
        requests.underWay.delete(abort)
      }
    },
    tell: (message) => void Promise.resolve().then(() => tell(message)),
  }
}

const lookMs = 25

/** After the wait of a process that ends nothing else starts, unless the process lives on. */
const quietMs = 1_000

/** Resources that a request of ours keeps alive, and the standard streams. */
const ownResources = /^(?:TCPSocketWrap|ConnectWrap|GetAddrInfoReqWrap|TLSWrap|PipeWrap|TTYWrap)$/

/**
 * Calls `over` once nothing but a request has kept the process alive for this long. Node lets no request of `fetch` be left behind; it
 * does tell what a process is kept alive by. Where it is wrong, the request is tried again.
 */
function watchForEnd(waitMs: number, over: () => void): ReturnType<typeof setInterval> | undefined {
  const resources = host?.getActiveResourcesInfo?.bind(host)
  if (resources === undefined) return undefined
  let since = Number.POSITIVE_INFINITY
  const timer = setInterval(() => {
    const now = performance.now()
    const found = resources()
    const isAlone =
      found.every((name) => ownResources.test(name)) && found.filter((name) => name === 'TCPSocketWrap').length < 2
    since = isAlone ? Math.min(since, now) : Number.POSITIVE_INFINITY
    if (now - since >= waitMs - lookMs) over()
  }, lookMs)
  unref(timer)
  return timer
}
