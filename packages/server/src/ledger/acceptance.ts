import {
  canonicalBytes,
  decodeBase64,
  encodeBase64,
  type PublicKey,
  readEnvelope,
  RecordError,
  signEnvelope,
  type Signer,
  verifyEnvelope,
} from '@afterai/record'
import type { ClientBase } from 'pg'
import { z } from 'zod'
import type { Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

const payloadType = 'application/vnd.afterai.log-acceptance+json'

/** An acceptance of a log by an operator, signed by the key of its records. */
export interface Acceptance {
  readonly tenantId: string
  readonly acceptedAt: Date
  /** The tree that the log goes on from. */
  readonly size: number
  readonly root: Uint8Array
  /** Faults that its verification found, word for word: nothing else is accepted. */
  readonly faults: readonly string[]
  /** The cluster and timeline of the database that it was accepted in, where they could be read. */
  readonly database?: { readonly cluster: string; readonly timeline: number } | undefined
}

const payloadSchema = z.strictObject({
  v: z.literal(1),
  tenantId: z.string(),
  acceptedAt: z.iso.datetime(),
  size: z.number().int(),
  root: z.string(),
  faults: z.array(z.string()),
  database: z.strictObject({ cluster: z.string(), timeline: z.number().int() }).optional(),
})

/** Signs an acceptance and keeps it, in the caller's transaction. */
export async function writeAcceptance(tx: Transaction, signer: Signer, acceptance: Acceptance): Promise<void> {
  const { tenantId, acceptedAt, size, root, faults, database } = acceptance
  const payload = {
    v: 1,
    tenantId,
    acceptedAt: acceptedAt.toISOString(),
    size,
    root: encodeBase64(root),
    faults: [...faults],
    ...(database && { database: { ...database } }),
  }
  const envelope = signEnvelope(payloadType, canonicalBytes(payload), [signer])
  await tx
    .insertInto('ledger_acceptance')
    .values({ tenant_id: tenantId, id: newId(), accepted_at: acceptedAt, envelope: canonicalBytes(envelope) })
    .execute()
}

/** The acceptances of a log that its own key signed, the newest first. Others are passed over: a row is no proof. */
export async function readAcceptances(tx: Transaction, tenantId: string, key: PublicKey): Promise<Acceptance[]> {
  const rows = await tx
    .selectFrom('ledger_acceptance')
    .select('envelope')
    .where('tenant_id', '=', tenantId)
    .orderBy('accepted_at', 'desc')
    .execute()
  return rows.flatMap(({ envelope }) => openAcceptance(envelope, key) ?? []).filter((it) => it.tenantId === tenantId)
}

/** Whether an operator accepted a database of this timeline since then, as its own rows tell over their connection. */
export async function isTimelineAccepted(
  client: ClientBase,
  key: PublicKey,
  { cluster, timeline, since }: { cluster: string; timeline: number; since: number },
): Promise<boolean> {
  await client.query('begin; set local role afterai_sequencer')
  const { rows } = await client.query<{ envelope: Uint8Array }>(
    'select envelope from ledger_acceptance order by accepted_at desc limit 1000',
  )
  await client.query('commit')
  return rows
    .flatMap(({ envelope }) => openAcceptance(envelope, key) ?? [])
    .some(
      (it) => it.database?.cluster === cluster && it.database.timeline === timeline && it.acceptedAt.getTime() >= since,
    )
}

/** Reads an acceptance. Undefined for what the key didn't sign as one. */
export function openAcceptance(bytes: Uint8Array, key: PublicKey): Acceptance | undefined {
  try {
    const envelope = readEnvelope(JSON.parse(Buffer.from(bytes).toString()))
    if (envelope.payloadType !== payloadType) return undefined
    const payload = payloadSchema.parse(JSON.parse(Buffer.from(verifyEnvelope(envelope, [key])).toString()))
    const { tenantId, acceptedAt, size, root, faults, database } = payload
    return { tenantId, acceptedAt: new Date(acceptedAt), size, root: decodeBase64(root), faults, database }
  } catch (error) {
    if (error instanceof RecordError || error instanceof z.ZodError || error instanceof SyntaxError) return undefined
    throw error
  }
}
