import { appendLeaf, type Frontier, hashLeaf, rootOf, signCheckpoint } from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import type { Logger } from 'pino'
import { type Database, sqlState, type Transaction, withRole } from '../platform/database.ts'
import { askTogether, together } from '../platform/together.ts'
import { describeSpan, traced } from '../platform/tracing.ts'
import { setRepeatsAside } from './refused.ts'
import { readStoredTree, type SignerOf, type StoredTree } from './stored-tree.ts'
import { writeFullTiles } from './tree-store.ts'

/** The channel that tells every process which log has grown. */
export const ledgerChannel = 'afterai_ledger'

const batchSize = 256
const pollMs = 1_000
const uniqueViolation = '23505'

/** Moves entries from the outbox into the logs. Any number of processes may run one; each log is moved by one at a time. */
export interface Sequencer {
  /** There may be something to do: called after each commit that appended. */
  wake(): void
  /** Integrates what is pending in one log; answers how many entries. */
  integrate(tenantId: string): Promise<number>
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

/** What a sequencer needs. */
interface SequencerDependencies {
  readonly db: Database
  readonly signerOf: SignerOf
  readonly log: Logger
  /** Told of each batch that was integrated. */
  readonly onBatch?: ((batch: { entries: number; durationMs: number }) => void) | undefined
}

/** Each log's tree as this process last wrote it. */
type Cache = Map<string, StoredTree>

/** Starts the loop: woken by `wake`, and once a second besides, for what other processes left behind. */
export function startSequencer(deps: SequencerDependencies): Sequencer {
  const cache: Cache = new Map()
  const integrate = async (tenantId: string): Promise<number> => {
    const start = performance.now()
    const entries = await traced('ledger batch', async () => {
      const integrated = await integrateOnce(deps, cache, tenantId)
      describeSpan({ 'afterai.entries': integrated })
      return integrated
    })
    if (entries > 0) deps.onBatch?.({ entries, durationMs: performance.now() - start })
    return entries
  }
  const stopping = new AbortController()
  let roused = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Renewed before the outbox is read, so that whoever appends meanwhile rouses the next round.
      roused = Promise.withResolvers<void>()
      await integrateAll(deps, integrate).catch((error: unknown) =>
        deps.log.error({ err: error }, 'the ledger could not go on'),
      )
      const timer = setTimeout(roused.resolve, pollMs)
      if (!stopping.signal.aborted) await roused.promise
      clearTimeout(timer)
    }
  }
  const done = run()
  return {
    wake: () => roused.resolve(),
    integrate,
    stop() {
      stopping.abort()
      roused.resolve()
      return done
    },
  }
}

async function integrateAll(
  { db, log }: { db: Database; log: Logger },
  integrate: (tenantId: string) => Promise<number>,
): Promise<void> {
  const pending = db.selectFrom('ledger_outbox').select('tenant_id').distinct().compile()
  const [logs] = await askTogether(db, { role: 'afterai_sequencer', tenantId: '' }, [pending])
  let waiting = logs.map((row) => row.tenant_id)
  // A full batch means that more may wait: that log's turn comes again after the others', so that none starves.
  while (waiting.length > 0) {
    const again: string[] = []
    for (const tenantId of waiting) {
      try {
        if ((await integrate(tenantId)) === batchSize) again.push(tenantId)
      } catch (error) {
        log.error({ err: error, tenantId }, 'a log could not be extended')
      }
    }
    waiting = again
  }
}

// A batch with a repeated entry fails as a whole; it is tried again without what repeats.
async function integrateOnce(
  deps: { db: Database; signerOf: SignerOf; log: Logger },
  cache: Cache,
  tenantId: string,
): Promise<number> {
  try {
    return await integrateBatch(deps, cache, tenantId)
  } catch (error) {
    if (sqlState(error) !== uniqueViolation) throw error
    const setAside = await setRepeatsAside(deps.db, tenantId)
    if (setAside === 0) throw error
    deps.log.error({ err: error, tenantId, setAside }, 'the log has entries of the queue already; they are set aside')
    return integrateBatch(deps, cache, tenantId)
  }
}

/** One batch of one log, in one transaction: entries, full tiles, one signed checkpoint. */
function integrateBatch(
  { db, signerOf }: { db: Database; signerOf: SignerOf },
  cache: Cache,
  tenantId: string,
): Promise<number> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const [, batch] = await together(tx, [lockLog(tx, tenantId), takeBatch(tx, tenantId)])
    const [first] = batch
    if (first === undefined) return 0
    const before = remembered(cache, tenantId, first) ?? (await readStoredTree(tx, tenantId, signerOf))
    const { tree, leafHashes, nodes } = extend(before.tree, batch)
    await insertEntries(tx, tenantId, { first: before.tree.size, batch, leafHashes })
    await writeFullTiles(tx, tenantId, {
      from: before.tree.size,
      to: tree.size,
      rootOfNode: (level, index) => nodes.get(`${level}/${index}`) ?? missingNode(level, index),
    })
    await publishCheckpoint(tx, tenantId, { origin: before.origin, tree, signerOf })
    cache.set(tenantId, { origin: before.origin, tree })
    return batch.length
  })
}

// Waits for its turn: to step back from a held lock would leave an entry that the holder no longer saw until the next poll.
function lockLog(tx: Transaction, tenantId: string): CompiledQuery {
  return sql`select pg_advisory_xact_lock(hashtextextended('afterai ledger ' || ${tenantId}, 0))`.compile(tx)
}

interface Pending {
  readonly id: number
  readonly entry_id: string
  readonly entry: Uint8Array
  readonly producer_id: string
  readonly producer_sequence: number
  /** Size and root of the log's newest checkpoint, the same in each row; null for a log that has none yet. */
  readonly head_size: number | null
  readonly head_root: Uint8Array | null
}

// Identity values commit out of order, so the queue is never read by "id > last": what was taken is gone from it.
// The ids are an array so that the rows are found by their index, however many dead ones lie between.
function takeBatch(tx: Transaction, tenantId: string): CompiledQuery<Pending> {
  return sql<Pending>`
    with taken as (
      delete from ledger_outbox where id = any (array(
        select id from ledger_outbox where tenant_id = ${tenantId} order by id limit ${batchSize}))
      returning id, entry_id, entry, producer_id, producer_sequence
    ), head as (
      select size, root from ledger_checkpoint where tenant_id = ${tenantId} order by size desc limit 1
    )
    select taken.*, head.size as head_size, head.root as head_root
    from taken left join head on true order by taken.id`.compile(tx)
}

// What this process remembers is used only if the database's newest checkpoint has the same size and root.
function remembered(cache: Cache, tenantId: string, head: Pending): StoredTree | undefined {
  const cached = cache.get(tenantId)
  if (cached === undefined || head.head_size === null || head.head_root === null) return undefined
  const isHead =
    Number(cached.tree.size) === head.head_size && Buffer.compare(rootOf(cached.tree), head.head_root) === 0
  return isHead ? cached : undefined
}

function extend(before: Frontier, batch: readonly Pending[]) {
  const nodes = new Map<string, Uint8Array>()
  const leafHashes: Uint8Array[] = []
  let tree = before
  for (const { entry } of batch) {
    const leafHash = hashLeaf(entry)
    leafHashes.push(leafHash)
    tree = appendLeaf(tree, leafHash, ({ level, index }, hash) => {
      if (level > 0 && level % 8 === 0) nodes.set(`${level}/${index}`, hash)
    })
  }
  return { tree, leafHashes, nodes }
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

// Told by the database when this commits, to every process that waits for an entry.
async function publishCheckpoint(
  tx: Transaction,
  tenantId: string,
  { origin, tree, signerOf }: StoredTree & { signerOf: SignerOf },
): Promise<void> {
  const root = rootOf(tree)
  const note = signCheckpoint({ origin, size: tree.size, root }, [signerOf(origin)])
  await sql`
    with checkpoint as (
      insert into ledger_checkpoint (tenant_id, size, root, note)
      values (${tenantId}, ${Number(tree.size)}, ${root}, ${note}))
    select pg_notify(${ledgerChannel}, ${tenantId})`.execute(tx)
}
