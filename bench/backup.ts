import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalBytes, encodeEntry, encodeStatement, entryFromEnvelope, sealSection } from '@afterai/record'
import { signEnvelope, statementPayloadType } from '@afterai/record'
import { Client } from 'pg'
import { authenticateBackup, openBackup, putBack, takeBackup } from '../packages/server/src/backup/index.ts'
import { startSequencer } from '../packages/server/src/ledger/index.ts'
import { createTestLedger, type TestLedger } from '../packages/server/testing/test-ledger.ts'
import { openLoneConnection } from '../packages/server/src/platform/database.ts'
import type { AdminConnection } from '@afterai/embedded-postgres'
import { newId } from '../packages/server/src/platform/ids.ts'
import { knownMigrations, migrate } from '../packages/server/src/platform/migrations.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const events = ofLength(100_000, 1_000)
const observations = ofLength(100_000, 1_000)
const batch = 1_000
const mebibyte = 2 ** 20
/** The size of a backup of format 1: bytes for each byte of the tables' heap. */
const sizeOfFormat1 = 1.4
const secret = 'lantern-violet-harbour-41'

/** A backup and a restore of 300,000 rows: audit events, their entries in the log, and observations, as an instance that has been running holds them. */
export function run(): Promise<Row[]> {
  return withDatabase(async ({ owner, login }) => {
    const ledger = await createTestLedger({ owner, login })
    await fill(ledger)
    const folder = mkdtempSync(join(tmpdir(), 'afterai-bench-backup-'))
    try {
      return await measure(ledger, { owner, path: join(folder, 'one.backup') })
    } finally {
      rmSync(folder, { recursive: true })
      await ledger.close()
    }
  })
}

async function measure(ledger: TestLedger, { owner, path }: { owner: AdminConnection; path: string }): Promise<Row[]> {
  const heapBytes = await heapOf(ledger.owner)
  const bareMs = await timed(() => copyAll(owner))
  const source = await openLoneConnection(owner)
  const order = { path, passphrase: secret, backupId: crypto.randomUUID(), product: '0.0.0', keyFingerprint: '' }
  let sizeBytes = 0
  const backupMs = await timed(async () => {
    ;({ sizeBytes } = await takeBackup(source, { ...order, migrations: await knownMigrations(), keys: undefined }))
  })
  await source.close()
  const restoreMs = await restore(owner, { path, ledger })
  return [
    {
      name: 'size of a backup',
      value: sizeBytes / mebibyte,
      unit: 'MiB',
      limitName: 'heap, MiB',
      limit: heapBytes / mebibyte,
      ratio: sizeBytes / heapBytes,
      goal: `<= a quarter of format 1, ${sizeOfFormat1 / 4} of the heap`,
      isMissed: sizeBytes > (heapBytes * sizeOfFormat1) / 4,
    },
    seconds('a backup', backupMs, { limitName: 'bare COPY of every table', limitMs: bareMs }),
    {
      ...seconds('its restore, with every index and check', restoreMs, { limitName: 'backup', limitMs: backupMs }),
      goal: '<= 2 times the backup',
      isMissed: restoreMs > 2 * backupMs,
    },
  ]
}

function seconds(name: string, ms: number, { limitName, limitMs }: { limitName: string; limitMs: number }): Row {
  return { name, value: ms / 1000, unit: 's', limitName, limit: limitMs / 1000, ratio: ms / limitMs }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function restore(
  owner: AdminConnection,
  { path, ledger }: { path: string; ledger: TestLedger },
): Promise<number> {
  await ledger.owner.query('create database restored')
  const there = { ...owner, database: 'restored' }
  await migrate(there, { name: 'afterai_bench', password: 'not-a-secret-of-anything' })
  const target = await openLoneConnection(there)
  try {
    return await timed(async () => {
      await using opened = await openBackup(path, secret)
      const backup = await authenticateBackup(opened)
      await putBack(target, { opened, backup, verifierOf: () => ledger.verifier })
    })
  } finally {
    await target.close()
  }
}

async function heapOf(owner: Client): Promise<number> {
  const { rows } = await owner.query<{ bytes: string }>(
    `select sum(pg_table_size(oid)) as bytes from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  )
  return Number(rows[0]?.bytes)
}

/** The least that a backup must do: have the database send every row. */
async function copyAll(owner: AdminConnection): Promise<void> {
  const client = new Client(owner)
  await client.connect()
  const tables = ['audit_event', 'ledger_entry', 'ledger_checkpoint', 'ledger_tile', 'observation']
  for (const table of tables) await client.query(`copy ${table} to '/dev/null' (format binary)`)
  await client.end()
}

async function fill(ledger: TestLedger): Promise<void> {
  for (let first = 0; first < events; first += batch) await insertEvents(ledger, first)
  await ledger.owner.query(
    `insert into observation (tenant_id, id, system_id, environment, fingerprint, outcome, origin, revision, observed_at)
     select $1, gen_random_uuid(), gen_random_uuid(), 'production', encode(sha256((n % 500)::text::bytea), 'hex'),
       'unchanged', 'sdk', 'v1.' || n % 90, now() - n * interval '1 second' from generate_series(1, $2::int) n`,
    [ledger.tenantId, observations],
  )
  const sequencer = startSequencer(ledger)
  await sequencer.stop()
  while ((await sequencer.integrate(ledger.tenantId)) > 0);
}

async function insertEvents({ owner, tenantId }: TestLedger, first: number): Promise<void> {
  const rows = Array.from({ length: batch }, (_, offset) => makeEvent(tenantId, first + offset + 1))
  const column = (name: keyof ReturnType<typeof makeEvent>) => rows.map((row) => row[name])
  await owner.query(
    `insert into audit_event (tenant_id, id, action, outcome, actor_id, credential, address, request_id, resource, details, envelope, salt, ciphertext)
     select $1, id, 'system.update', 'allowed', id, 'bearer', '192.0.2.7', id::text, 'system/' || id,
       jsonb_build_object('name', 'support-bot', 'state', id), envelope, salt, ciphertext
     from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[]) as it (id, envelope, salt, ciphertext)`,
    [tenantId, column('id'), column('envelope'), column('salt'), column('ciphertext')],
  )
  await owner.query(
    `insert into ledger_outbox (tenant_id, entry_id, entry, producer_id, producer_sequence)
     select $1, * from unnest($2::uuid[], $3::bytea[], $4::text[], $5::bigint[])`,
    [tenantId, column('id'), column('entry'), column('producer'), column('sequence')],
  )
}

// As an event of the trail is, but that nobody has signed it: what is random of a signature is random here.
function makeEvent(tenantId: string, sequence: number) {
  const id = newId()
  const section = sealSection('details', { name: 'support-bot', state: id })
  const at = new Date().toISOString()
  const producer = { id: 'b'.repeat(24), sequence }
  const facts = {
    eventId: id,
    tenantId,
    action: 'system.update',
    outcome: 'success',
    at,
    actorId: id,
    producer,
  } as const
  const payload = encodeStatement({ kind: 'audit', facts, sections: [section] })
  const envelope = signEnvelope(statementPayloadType, payload, [{ keyid: 'c'.repeat(64), sign: () => randomBytes(64) }])
  return {
    id,
    envelope: Buffer.from(canonicalBytes(envelope)),
    entry: Buffer.from(encodeEntry(entryFromEnvelope('audit', envelope))),
    salt: Buffer.from(section.salt),
    ciphertext: Buffer.from(section.ciphertext),
    producer: producer.id,
    sequence,
  }
}
