import { randomBytes } from 'node:crypto'
import { type CreateAuditStream, ProblemError } from '@afterai/contract'
import { z } from 'zod'
import type { TenantKeys } from '../../keys/index.ts'
import { isLoopback } from '../../platform/configuration-kinds.ts'
import type { Transaction } from '../../platform/database.ts'
import {
  ForbiddenAddress,
  isInNamedNetwork,
  type OutboundPolicy,
  refuseHost,
  toOutboundUrl,
} from '../../platform/outbound-addresses.ts'
import type { Deliver } from './delivery.ts'
import { type SyslogDestination, syslogDelivery } from './syslog-delivery.ts'
import { type WebhookDestination, webhookDelivery } from './webhook-delivery.ts'

type Destination = SyslogDestination | WebhookDestination

const sealedDestination = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('syslog'),
    host: z.string(),
    port: z.number(),
    transport: z.enum(['tls', 'tcp']),
    certificates: z.string().optional(),
  }),
  z.object({
    kind: z.literal('webhook'),
    url: z.string(),
    secret: z.string(),
    certificates: z.string().optional(),
  }),
])

/** A destination as it was asked for, made whole: webhooks get their key here. @throws ProblemError `invalid_request` */
export function toDestination(wanted: CreateAuditStream, policy: OutboundPolicy): Destination {
  const { name: _name, startFrom: _startFrom, ...given } = wanted
  if (given.kind === 'webhook') {
    refuseForbidden('/url', () => toOutboundUrl(policy, given.url))
    return { ...given, secret: `whsec_${randomBytes(32).toString('base64')}` }
  }
  refuseForbidden('/host', () => refuseHost(policy, given.host))
  // A name could lead anywhere tomorrow; only an address is known to stay in a network.
  const isNear = (policy.loopback && isLoopback(given.host)) || isInNamedNetwork(policy, given.host)
  if (given.transport === 'tcp' && !isNear) {
    throw invalid(
      '/transport',
      'plain TCP leaves this machine only to an address in a network of AFTERAI_OUTBOUND_NETWORKS: use tls',
    )
  }
  return given
}

/** Gives the part of a destination's address that may be shown. */
export function endpointOf(destination: Destination): string {
  if (destination.kind === 'webhook') return new URL(destination.url).origin
  const { transport, host, port } = destination
  return `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** How to hand events over to it. */
export function deliveryTo(destination: Destination, streamId: string, policy: OutboundPolicy): Deliver {
  return destination.kind === 'syslog'
    ? syslogDelivery(destination, policy)
    : webhookDelivery(destination, streamId, policy)
}

/** Seals all of a destination under the tenant's key: a URL's path may be as secret as a key. */
export function sealDestination(
  keys: TenantKeys,
  tx: Transaction,
  { tenantId, id, destination }: { tenantId: string; id: string; destination: Destination },
): Promise<Uint8Array> {
  return keys.wrap(tx, tenantId, { bytes: Buffer.from(JSON.stringify(destination)), belongsTo: belongsTo(id) })
}

/** Opens it again. */
export async function openDestination(
  keys: TenantKeys,
  tx: Transaction,
  { tenantId, id, sealed }: { tenantId: string; id: string; sealed: Uint8Array },
): Promise<Destination> {
  const bytes = await keys.unwrap(tx, tenantId, { bytes: sealed, belongsTo: belongsTo(id) })
  return sealedDestination.parse(JSON.parse(Buffer.from(bytes).toString()))
}

const belongsTo = (id: string): string => `audit-stream/${id}`

function refuseForbidden(pointer: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof ForbiddenAddress)) throw error
    throw invalid(pointer, error.message)
  }
}

function invalid(pointer: string, detail: string): ProblemError {
  return new ProblemError('invalid_request', { errors: [{ pointer, detail }] })
}
