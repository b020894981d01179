import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { CustomFetch } from 'openid-client'
import { guardedLookup, type OutboundPolicy, toOutboundUrl } from '../../platform/outbound-addresses.ts'

const timeLimitMs = 5_000
const sizeLimitBytes = 512 * 1024

/**
 * A fetch for addresses that an admin or a provider names: where the policy lets the server connect to, no redirects, five seconds,
 * half a mebibyte.
 */
export function createProviderFetch(policy: OutboundPolicy): CustomFetch {
  return (text, { method, headers, body, signal }) => {
    const url = toOutboundUrl(policy, text)
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    const limits = [AbortSignal.timeout(timeLimitMs), ...(signal === undefined ? [] : [signal])]
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        // No pooled connection: each is checked anew.
        { method, headers, agent: false, signal: AbortSignal.any(limits), lookup: guardedLookup(policy) },
        (answer) => void readWhole(answer).then(resolve, reject),
      )
      sent.on('error', reject)
      sent.end(body === undefined || body === null ? undefined : bodyText(body))
    })
  }
}

function bodyText(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a provider is sent forms alone')
}

async function readWhole(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the connection.
    if (size > sizeLimitBytes) throw new Error('the answer of the identity provider is too large')
    chunks.push(chunk)
  }
  const status = answer.statusCode ?? 502
  const headers = new Headers({ 'content-type': answer.headers['content-type'] ?? '' })
  const empty = [204, 205, 304].includes(status)
  return new Response(empty ? null : Buffer.concat(chunks), { status, headers })
}
