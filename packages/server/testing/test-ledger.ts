import {
  createNoteSigner,
  createNoteVerifier,
  importPublicKey,
  type NoteSigner,
  type NoteVerifier,
  type PublicKey,
  sealSection,
  signWith,
} from '@afterai/record'
import { generateKeyPairSync } from 'node:crypto'
import { Client, type ClientConfig, type Pool } from 'pg'
import pino from 'pino'
import { type Connection, type Database, openDatabase, type Transaction, withTenant } from '../src/platform/database.ts'
import { newId } from '../src/platform/ids.ts'
import { type Append, createAppend, createProducers, type Unnumbered } from '../src/ledger/index.ts'
import type { SignerOf } from '../src/ledger/stored-tree.ts'

/** A tenant's log in a database of its own, with the keys that sign it, for tests and benchmarks. */
export interface TestLedger {
  readonly tenantId: string
  readonly origin: string
  readonly db: Database
  readonly pool: Pool
  readonly log: pino.Logger
  /** The superuser, past row level security. */
  readonly owner: Client
  readonly verifier: NoteVerifier
  readonly logSigner: NoteSigner
  readonly logKeyPem: string
  readonly signerOf: SignerOf
  readonly appendStatements: Append
  /** Appends in the caller's transaction; answers the entries' ids. */
  append(tx: Transaction, count: number): Promise<string[]>
  /** Appends in one transaction of its own. */
  write(count: number): Promise<string[]>
  /** Reads as the server does: as the app's role, this tenant's rows alone. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

const section = sealSection('details', { test: true })
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
/** The key that signs what is appended. */
export const recordKey: PublicKey = importPublicKey(publicKey.export({ type: 'spki', format: 'der' }))
const signer = { keyid: recordKey.keyid, sign: (bytes: Uint8Array) => signWith(privateKey, bytes) }

/** A signer and a verifier of checkpoints under a fresh key. */
export function createLogKey(origin: string): { signer: NoteSigner; verifier: NoteVerifier; pem: string } {
  const pair = generateKeyPairSync('ed25519')
  const key = importPublicKey(pair.publicKey.export({ type: 'spki', format: 'der' }))
  return {
    signer: createNoteSigner(origin, pair.privateKey, key),
    verifier: createNoteVerifier(origin, key),
    pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** An audit event's statement. */
export function exampleEvent(tenantId: string, eventId: string): Unnumbered {
  return {
    kind: 'audit',
    facts: {
      eventId,
      tenantId,
      action: 'system.create',
      outcome: 'success',
      at: '2026-11-20T10:00:00.000Z',
      actorId: 'actor-1',
    },
    sections: [section],
  }
}

/** Makes a tenant with an empty log. `owner` is a superuser's connection, `login` the server's. */
export async function createTestLedger(options: {
  login: Connection
  owner: ClientConfig
  poolSize?: number
  sample?: boolean
}): Promise<TestLedger> {
  const owner = new Client(options.owner)
  await owner.connect()
  // Connections that a test breaks on purpose are no failure of the test.
  const opened = openDatabase(options.login, { poolSize: options.poolSize ?? 8, onError: () => undefined })
  // A connection that breaks while it is in use tells so twice: to its query, and as an event that no pool listens to.
  opened.pool.on('connect', (client) => client.on('error', () => undefined))
  const tenantId = newId()
  const origin = `log.example.com/${tenantId}`
  const tenant = [tenantId, `t-${tenantId}`, options.sample ?? false]
  await owner.query('insert into tenant (id, slug, name, sample) values ($1, $2, $2, $3)', tenant)
  await owner.query('insert into ledger_log (tenant_id, origin) values ($1, $2)', [tenantId, origin])
  const logKey = createLogKey(origin)
  const appendStatements = createAppend(signer, createProducers())
  const append = async (tx: Transaction, count: number): Promise<string[]> => {
    const entryIds = Array.from({ length: count }, newId)
    await appendStatements(
      tx,
      tenantId,
      entryIds.map((entryId) => ({ entryId, statement: exampleEvent(tenantId, entryId) })),
    )
    return entryIds
  }
  const { db } = opened
  return {
    tenantId,
    origin,
    db,
    pool: opened.pool,
    log: pino({ level: 'silent' }),
    owner,
    verifier: logKey.verifier,
    logSigner: logKey.signer,
    logKeyPem: logKey.pem,
    signerOf: () => logKey.signer,
    appendStatements,
    append,
    write: (count) => withTenant(db, tenantId, (tx) => append(tx, count)),
    read: (work) => withTenant(db, tenantId, work),
    async close() {
      await opened.close()
      await owner.end()
    },
  }
}
