import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { guardedLookup, type OutboundPolicy, toOutboundUrl } from '../../platform/outbound-addresses.ts'
import { type Deliver, DeliveryFailure, deliveryTimeoutMs, toDeliveryFailure } from './delivery.ts'
import type { SiemEvent } from './siem-event.ts'

/** Where signed requests go to. */
export interface WebhookDestination {
  readonly kind: 'webhook'
  readonly url: string
  /** `whsec_` and Base64, as Standard Webhooks writes keys. */
  readonly secret: string
  readonly certificates?: string | undefined
}

const longestAnswerBytes = 64 * 1024

/** Posts a batch. Any 2xx is acceptance; redirects aren't followed, since they would lead past the checks. */
export function webhookDelivery(destination: WebhookDestination, streamId: string, policy: OutboundPolicy): Deliver {
  return async (events, stopping) => {
    const body = Buffer.from(JSON.stringify({ type: 'audit.events', streamId, events }))
    try {
      const url = toOutboundUrl(policy, destination.url)
      const headers = signedHeaders(destination, messageId(streamId, events), body)
      const status = await post(url, destination, policy, { body, headers, stopping })
      if (status < 200 || status > 299) throw new DeliveryFailure(`the receiver answered ${status}`)
    } catch (error) {
      throw toDeliveryFailure(error)
    }
  }
}

/** The same for each try of the same events, so that a receiver can tell a repetition. */
function messageId(streamId: string, events: readonly SiemEvent[]): string {
  return `msg_${streamId}_${events[0]?.logIndex}_${events.at(-1)?.logIndex}`
}

/** Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`. */
function signedHeaders({ secret }: WebhookDestination, id: string, body: Buffer): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'user-agent': 'afterai',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

// oxlint-disable-next-line max-params -- an address, its trust, its guard, and what is sent
async function post(
  url: URL,
  { certificates }: WebhookDestination,
  policy: OutboundPolicy,
  { body, headers, stopping }: { body: Buffer; headers: Record<string, string>; stopping: AbortSignal },
): Promise<number> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  const request = send(url, {
    method: 'POST',
    headers,
    agent: false,
    lookup: guardedLookup(policy),
    signal: AbortSignal.any([AbortSignal.timeout(deliveryTimeoutMs), stopping]),
    maxHeaderSize: 16 * 1024,
    ...(certificates === undefined ? {} : { ca: certificates }),
  })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  request.on('error', () => undefined)
  await discard(response)
  return response.statusCode ?? 0
}

// The status is known; a body is read only as far as it is reasonable to.
async function discard(response: IncomingMessage): Promise<void> {
  let sizeBytes = 0
  response.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    if (sizeBytes > longestAnswerBytes) response.destroy()
  })
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.once('error', () => resolve())
  })
}
