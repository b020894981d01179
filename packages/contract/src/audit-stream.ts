import { z } from 'zod'
import { id, instant, name } from './primitives.ts'

const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9:](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?$/, 'a host name or an IP address, without brackets')

const port = z.number().int().min(1).max(65_535)

/** Certificates in PEM that vouch for the receiver, where its authority isn't a public one. */
const certificates = z
  .string()
  .max(65_536)
  .regex(/^(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/, 'certificates in PEM')

/** Syslog (RFC 5424), framed by octet counts over TLS (RFC 5425) or TCP (RFC 6587). */
const syslogDestination = z.strictObject({
  kind: z.literal('syslog'),
  name,
  host,
  port,
  transport: z.enum(['tls', 'tcp']).default('tls'),
  certificates: certificates.optional(),
})

/** Signed requests, as Standard Webhooks has them. The key is made by the server. */
const webhookDestination = z.strictObject({
  kind: z.literal('webhook'),
  name,
  url: z.string().max(2048),
  certificates: certificates.optional(),
})

/** Where audit events begin to be sent: what happens from now on, or the whole log. */
const startFrom = z.enum(['now', 'beginning']).default('now')

/** A destination of audit events to be added. */
export const createAuditStreamRequest = z.discriminatedUnion('kind', [
  syslogDestination.extend({ startFrom }),
  webhookDestination.extend({ startFrom }),
])
/** What a new audit stream is made of. */
export type CreateAuditStream = z.infer<typeof createAuditStreamRequest>

/** Pausing and resuming take nothing: no body, or an empty object. */
export const streamCommandRequest = z.strictObject({}).nullish()

/** From which entry of the log on events are sent again. */
export const replayRequest = z.strictObject({ fromIndex: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) })

/** A destination and how far it is. */
export const auditStreamView = z
  .object({
    id,
    name,
    kind: z.enum(['syslog', 'webhook']),
    /** Scheme, host and port. What else leads there may be a secret, and isn't shown. */
    endpoint: z.string(),
    state: z.enum(['sending', 'failing', 'paused']),
    createdAt: instant,
    createdBy: id,
    /** The first entry of the log that isn't delivered. */
    nextIndex: z.number().int(),
    /** Entries of the log that it hasn't been past, and how long ago the oldest of them was integrated. */
    lagEvents: z.number().int(),
    lagSeconds: z.number(),
    delivered: z.number().int(),
    lastDeliveredAt: instant.nullable(),
    /** Failed tries in a row. */
    failures: z.number().int(),
    lastError: z.string().nullable(),
    lastErrorAt: instant.nullable(),
    retryAt: instant.nullable(),
  })
  .meta({ id: 'AuditStream' })
/** An audit stream as it is read: where it leads and how far it came, never its secret. */
export type AuditStream = z.infer<typeof auditStreamView>

/** `secret` is shown in this answer and never again; null for kinds that need none. */
export const createdAuditStreamView = auditStreamView.extend({ secret: z.string().nullable() })
