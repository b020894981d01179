import { logKeysView } from '@afterai/contract'
import {
  createNoteSigner,
  createNoteVerifier,
  encodePem,
  type KeyHints,
  type NoteSigner,
  type NoteVerifier,
  type PublicKey,
  publicKeyOf,
  type Signer,
  signWith,
} from '@afterai/record'
import type { KeyObject } from 'node:crypto'
import { unaudited } from '../audit/index.ts'
import { inTenant } from '../access/index.ts'
import type { Database, Transaction } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'

/** The signing keys of the ledger, and what outsiders are given of them. */
export interface LedgerKeys {
  /** Signs records and audit events. */
  readonly recordSigner: Signer
  readonly recordKey: PublicKey
  readonly recordPem: string
  /** The name of a new tenant's log. */
  originOf(tenantId: string): string
  checkpointSigner(origin: string): NoteSigner
  checkpointVerifier(origin: string): NoteVerifier
  vkeyOf(origin: string): string
  hintsOf(origin: string): KeyHints
}

/** Prepares the keys. A log's vkey bears its origin as its name, as C2SP tlog-checkpoint asks. */
export function createLedgerKeys(record: KeyObject, log: KeyObject): LedgerKeys {
  const recordKey = publicKeyOf(record)
  const logKey = publicKeyOf(log)
  const checkpointVerifier = (origin: string): NoteVerifier => createNoteVerifier(origin, logKey)
  const vkeyOf = (origin: string): string => checkpointVerifier(origin).vkey
  return {
    recordSigner: { keyid: recordKey.keyid, sign: (bytes) => signWith(record, bytes) },
    recordKey,
    recordPem: encodePem(recordKey.spki),
    originOf: (tenantId) => `afterai.log/${tenantId}`,
    checkpointSigner: (origin) => createNoteSigner(origin, log, logKey),
    checkpointVerifier,
    vkeyOf,
    hintsOf: (origin) => ({ recordKey: recordKey.spki, logVkey: vkeyOf(origin) }),
  }
}

/** Opens the log of a new tenant, in the transaction that makes the tenant. */
export async function createLog(keys: LedgerKeys, tx: Transaction, tenantId: string): Promise<void> {
  await tx
    .insertInto('ledger_log')
    .values({ tenant_id: tenantId, origin: keys.originOf(tenantId) })
    .execute()
}

/** The origin of a tenant's log. */
export async function readOrigin(tx: Transaction, tenantId: string): Promise<string> {
  const row = await tx
    .selectFrom('ledger_log')
    .select('origin')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return row.origin
}

/** `/v1/log/keys`: the public keys that an auditor pins. */
export function logKeyRoutes(http: Http, { db, keys }: { db: Database; keys: LedgerKeys }): void {
  const read = inTenant(db)
  http.get(
    '/v1/log/keys',
    { config: { permission: 'log:read', audits: unaudited.publicProof }, schema: { response: { 200: logKeysView } } },
    (request) =>
      read(request, async (tx, { principal }) => {
        const origin = await readOrigin(tx, principal.tenantId)
        return {
          origin,
          logVkey: keys.vkeyOf(origin),
          recordKeys: [{ keyid: keys.recordSigner.keyid, pem: keys.recordPem }],
        }
      }),
  )
}
