import type { FromSender, SenderOptions } from '../messages.ts'
import { longestReply, timeoutMs, type Platform } from '../sender/platform.ts'
import { Sender } from '../sender/sender.ts'
import type { Shared } from '../shared.ts'
import { unref } from '../unref.ts'

/** The sender in the host's thread. */
export function localSender(options: SenderOptions, shared: Shared, tell: (message: FromSender) => void): Sender {
  return new Sender(fetchPlatform(options, tell), shared)
}

function fetchPlatform({ endpoint, apiKey }: SenderOptions, tell: Platform['tell']): Platform {
  return {
    pack: (text) => text,
    async request(path, body) {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      }
      const abort = new AbortController()
      const timer = setTimeout(() => abort.abort(), timeoutMs)
      unref(timer)
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
      }
    },
    tell: (message) => void Promise.resolve().then(() => tell(message)),
  }
}
