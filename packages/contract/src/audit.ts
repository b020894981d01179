import { z } from 'zod'
import { id, instant, pageQuery } from './primitives.ts'

/** An event's name, such as `record.seal`. */
const action = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*$/, 'an action such as record.seal')

/** How an action may begin: `record.` or `session.sign`. */
const actionPrefix = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9_.]*$/, 'the beginning of an action, such as record.')

const printable = z.string().regex(/^[\x20-\x7e]{1,256}$/, 'printable ASCII characters only, 256 at most')

const auditOutcome = z.enum(['allowed', 'denied', 'failed'])

/** Which events of the audit trail are asked for; what is left out doesn't matter. */
export const auditFilter = z.strictObject({
  action: action.optional(),
  actionPrefix: actionPrefix.optional(),
  outcome: auditOutcome.optional(),
  actorId: id.optional(),
  resource: printable.optional(),
  credential: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'a kind of credential, such as api_key')
    .optional(),
  requestId: id.optional(),
  /** From this instant on. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Before this instant. */
  to: z.iso.datetime({ offset: true }).optional(),
})
/** Conditions that an audit event has to meet; one that is left out asks nothing. */
export type AuditFilter = z.infer<typeof auditFilter>

/** How the trail is asked for. Pages are in the order in which events began; to follow the trail, use a stream or an export. */
export const auditQuery = auditFilter.extend(pageQuery.shape).extend({
  order: z.enum(['newest', 'oldest']).default('newest'),
})

/** Forms of an export: one JSON object in a line, or RFC 4180. */
export const auditExportFormats = ['jsonl', 'csv'] as const

/** A filter of events, and the form of the file. */
export const auditExportQuery = auditFilter.extend({ format: z.enum(auditExportFormats).default('jsonl') })

/** An event of the audit trail. */
export const auditEventView = z
  .object({
    id,
    occurredAt: instant,
    action: z.string(),
    outcome: auditOutcome,
    actorId: id.nullable(),
    /** As they were then. Null where nobody is known, or it is AfterAI itself (`credential` is `system`). */
    actorName: z.string().nullable().meta({ description: 'The name that they had then.' }),
    actorEmail: z
      .string()
      .nullable()
      .meta({ description: 'The address that they had then; a service account has none.' }),
    actorKey: z.string().nullable().meta({ description: 'The prefix of the API key that they used.' }),
    credential: z.string(),
    address: z.string().nullable(),
    requestId: z.string().nullable(),
    resource: z.string().nullable(),
    resourceName: z.string().nullable().meta({
      description:
        'What the resource is called now, or was last: a name, a title, a label. Null where nothing names it.',
    }),
    details: z.record(z.string(), z.unknown()),
    /** Its place in the tenant's log; null while it waits for it. */
    logIndex: z.number().int().nullable(),
  })
  .meta({ id: 'AuditEvent' })
/** An audit event as it is read. */
export type AuditEventView = z.infer<typeof auditEventView>

/** One event with all that an outsider needs to hold it against the log. */
export const provedAuditEventView = auditEventView.extend({
  /** The signed statement (DSSE), as it was written: Base64 of its bytes. */
  envelope: z.string(),
  /** Base64. `HMAC-SHA-256(salt, JCS({credential, address, requestId, resource, details}))` is the statement's commitment. */
  salt: z.string(),
  /** The entry that the log holds, and the proof that it does (C2SP tlog-proof). Null while it waits. */
  proof: z.object({ entry: z.string(), index: z.number().int(), tlogProof: z.string() }).nullable(),
})
/** An audit event with the proof of its place in the log. */
export type ProvedAuditEvent = z.infer<typeof provedAuditEventView>
