import {
  appendLeaf,
  emptyFrontier,
  type Frontier,
  hashLeaf,
  type NoteSigner,
  parseCheckpoint,
  rootOf,
  signCheckpoint,
} from '@afterai/record'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { type Database, type Transaction, withRole } from '../platform/database.ts'
import { readFrontier, readHead, writeFullTiles } from './tree-store.ts'

/** The channel that tells every process which log has grown. */
export const ledgerChannel = 'afterai_ledger'

const batchSize = 256
const pollMs = 1_000

/** Signs the checkpoints of the log with this origin. */
export type SignerOf = (origin: string) => NoteSigner

/** Moves entries from the outbox into the logs. Any number of processes may run one; each log is moved by one at a time. */
export interface Sequencer {
  /** There may be something to do: called after each commit that appended. */
  wake(): void
  /** Integrates what is pending in one log; answers how many entries. */
  integrate(tenantId: string): Promise<number>
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

/** What a log's tree looked like when this process last wrote it. */
type Cache = Map<string, Frontier>

/** Starts the loop: woken by `wake`, and once a second besides, for what other processes left behind. */
export function startSequencer(deps: { db: Database; signerOf: SignerOf; log: Logger }): Sequencer {
  const cache: Cache = new Map()
  const integrate = (tenantId: string): Promise<number> => integrateBatch(deps, cache, tenantId)
  const state = { stopped: false, pending: true, rouse: doNothing }
  const wake = (): void => {
    state.pending = true
    state.rouse()
  }
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      state.rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async (): Promise<void> => {
    while (!state.stopped) {
      if (!state.pending) await sleep()
      state.pending = false
      await integrateAll(deps, integrate).catch((error: unknown) =>
        deps.log.error({ err: error }, 'the ledger could not go on'),
      )
    }
  }
  const done = run()
  return {
    wake,
    integrate,
    stop() {
      state.stopped = true
      wake()
      return done
    },
  }
}

function doNothing(): void {
  // Until the loop first sleeps, there is nobody to wake.
}

async function integrateAll(
  { db, log }: { db: Database; log: Logger },
  integrate: (tenantId: string) => Promise<number>,
): Promise<void> {
  const logs = await withRole(db, 'afterai_sequencer', (tx) =>
    tx.selectFrom('ledger_outbox').select('tenant_id').distinct().execute(),
  )
  for (const { tenant_id: tenantId } of logs) {
    try {
      // A full batch means that more may wait.
      while ((await integrate(tenantId)) === batchSize);
    } catch (error) {
      log.error({ err: error, tenantId }, 'a log could not be extended')
    }
  }
}

/** One batch of one log, in one transaction: entries, full tiles, one signed checkpoint. */
function integrateBatch(
  { db, signerOf }: { db: Database; signerOf: SignerOf },
  cache: Cache,
  tenantId: string,
): Promise<number> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    if (!(await lockLog(tx, tenantId))) return 0
    const batch = await takeBatch(tx, tenantId)
    if (batch.length === 0) return 0
    const before = await currentFrontier(tx, tenantId, cache)
    const { after, leafHashes, nodes } = extend(before, batch)
    await insertEntries(tx, tenantId, { first: before.size, batch, leafHashes })
    await writeFullTiles(tx, tenantId, {
      from: before.size,
      to: after.size,
      rootOfNode: (level, index) => nodes.get(`${level}/${index}`) ?? missingNode(level, index),
    })
    await insertCheckpoint(tx, tenantId, after, signerOf)
    // Told by the database when this commits, to every process that waits for an entry.
    await sql`select pg_notify(${ledgerChannel}, ${tenantId})`.execute(tx)
    cache.set(tenantId, after)
    return batch.length
  })
}

async function lockLog(tx: Transaction, tenantId: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('afterai ledger ' || ${tenantId}, 0)) as locked`.execute(tx)
  return rows[0]?.locked === true
}

interface Pending {
  readonly entry_id: string
  readonly entry: Uint8Array
  readonly producer_id: string
  readonly producer_sequence: number
}

// Identity values commit out of order, so the queue is never read by "id > last": what was taken is gone from it.
async function takeBatch(tx: Transaction, tenantId: string): Promise<readonly Pending[]> {
  const { rows } = await sql<Pending & { id: number }>`
    delete from ledger_outbox where id in (
      select id from ledger_outbox where tenant_id = ${tenantId} order by id limit ${batchSize})
    returning id, entry_id, entry, producer_id, producer_sequence`.execute(tx)
  return rows.toSorted((a, b) => a.id - b.id)
}

// What this process remembers is used only if the database's newest checkpoint has the same size and root.
async function currentFrontier(tx: Transaction, tenantId: string, cache: Cache): Promise<Frontier> {
  const head = await readHead(tx, tenantId)
  if (head === undefined) return emptyFrontier
  const cached = cache.get(tenantId)
  if (cached?.size === BigInt(head.size) && Buffer.compare(rootOf(cached), head.root) === 0) return cached
  const stored = await readFrontier(tx, tenantId, BigInt(head.size))
  const signed = parseCheckpoint(head.note)
  const intact = [rootOf(stored), head.root, signed.root].every((root) => Buffer.compare(root, signed.root) === 0)
  if (!intact || signed.size !== BigInt(head.size)) {
    throw new Error(`the stored tree of log ${tenantId} is not the one of its last checkpoint; nothing more is signed`)
  }
  return stored
}

function extend(before: Frontier, batch: readonly Pending[]) {
  const nodes = new Map<string, Uint8Array>()
  const leafHashes: Uint8Array[] = []
  let after = before
  for (const { entry } of batch) {
    const leafHash = hashLeaf(entry)
    leafHashes.push(leafHash)
    after = appendLeaf(after, leafHash, ({ level, index }, hash) => {
      if (level > 0 && level % 8 === 0) nodes.set(`${level}/${index}`, hash)
    })
  }
  return { after, leafHashes, nodes }
}

function missingNode(level: number, index: bigint): never {
  throw new Error(`node ${level}/${index} was not completed by this batch`)
}

async function insertEntries(
  tx: Transaction,
  tenantId: string,
  { first, batch, leafHashes }: { first: bigint; batch: readonly Pending[]; leafHashes: readonly Uint8Array[] },
): Promise<void> {
  const indices = batch.map((_, offset) => Number(first) + offset)
  await sql`
    insert into ledger_entry (tenant_id, idx, entry_id, entry, leaf_hash, producer_id, producer_sequence)
    select ${tenantId}::uuid, * from unnest(
      ${indices}::bigint[], ${batch.map((it) => it.entry_id)}::uuid[], ${batch.map((it) => it.entry)}::bytea[],
      ${leafHashes}::bytea[], ${batch.map((it) => it.producer_id)}::text[],
      ${batch.map((it) => it.producer_sequence)}::bigint[])`.execute(tx)
}

async function insertCheckpoint(tx: Transaction, tenantId: string, tree: Frontier, signerOf: SignerOf): Promise<void> {
  const { origin } = await tx
    .selectFrom('ledger_log')
    .select('origin')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  const root = rootOf(tree)
  const note = signCheckpoint({ origin, size: tree.size, root }, [signerOf(origin)])
  await tx
    .insertInto('ledger_checkpoint')
    .values({ tenant_id: tenantId, size: Number(tree.size), root, note })
    .execute()
}
