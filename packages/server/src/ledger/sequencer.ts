import { appendLeaf, type Frontier, hashLeaf, rootOf, signCheckpoint } from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import type { Logger } from 'pino'
import { type Database, isUniqueViolation, type Transaction, withRole } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { describeSpan, traced } from '../platform/tracing.ts'
import { createFence, type Fence } from './fence.ts'
import { createLogAlarms, type LogAlarms } from './log-alarms.ts'
import { openLogMemory } from './log-memory.ts'
import { isRaised, raiseFor } from './log-watch.ts'
import { batchSize, type Emptied, emptiedOfAll, findWaitingLogs, type Pending, takeBatch } from './outbox.ts'
import { setRepeatsAside } from './refused.ts'
import { readStoredTree, type SignerOf, type StoredTree } from './stored-tree.ts'
import { storeFullTiles } from './tree-store.ts'

/** The channel that tells every process which log has grown. */
export const ledgerChannel = 'afterai_ledger'

const pollMs = 1_000
/** So long after a batch the next is made, where nobody waits for it: what comes one after the other shares a checkpoint. */
const gatherMs = 250

/** Moves entries from the outbox into the logs. Any number of processes may run one; each log is moved by one at a time. */
export interface Sequencer {
  /** There is something to do before long: called after each commit that appended. What comes after a quiet moment is integrated at once. */
  wake(): void
  /** Somebody waits for what was appended. */
  hurry(): void
  /** Integrates what is pending in one log; answers how many entries. */
  integrate(tenantId: string): Promise<number>
  /** Ends after the batch under way. */
  stop(): Promise<void>
}

/** Dependencies of a sequencer. */
interface SequencerDependencies {
  readonly db: Database
  readonly signerOf: SignerOf
  readonly log: Logger
  /** Keeps it from signing less, or other entries, than were signed before; that of this sequencer's own memory if not given. */
  readonly fence?: Fence | undefined
  /** Logs that it signs nothing for, and where it tells of others. */
  readonly alarms?: LogAlarms | undefined
  /** Told of each batch that was integrated. */
  readonly onBatch?: ((batch: { entries: number; durationMs: number }) => void) | undefined
  /** How long after a batch the next is made, where nobody waits for it. */
  readonly gatherMs?: number | undefined
}

/** Dependencies of integrating entries into a log. */
interface Integration extends SequencerDependencies {
  readonly fence: Fence
  readonly alarms: LogAlarms
  readonly memory: Memory
}

/** The memory of this process: each log's tree as it last wrote it, and up to where the queue is empty, of each log and of all. */
interface Memory {
  readonly trees: Map<string, StoredTree>
  readonly emptied: Map<string, Emptied>
  allEmptied: Emptied | undefined
}

/** Starts the loop: woken by `wake`, and once a second besides, for what other processes left behind. */
export function startSequencer(deps: SequencerDependencies): Sequencer {
  const { fence = createFence(openLogMemory()), alarms = createLogAlarms(deps.log) } = deps
  const memory: Memory = { trees: new Map(), emptied: new Map(), allEmptied: undefined }
  const integration = { ...deps, fence, alarms, memory }
  const integrate = async (tenantId: string): Promise<number> => {
    const start = performance.now()
    const entries = await traced('ledger batch', async () => {
      const integrated = await integrateOnce(integration, tenantId)
      describeSpan({ 'afterai.entries': integrated })
      return integrated
    })
    if (entries > 0) deps.onBatch?.({ entries, durationMs: performance.now() - start })
    return entries
  }
  const round = (): Promise<number> =>
    integrateAll(integration, integrate).catch((error: unknown) => {
      deps.log.error({ err: error }, 'the ledger could not go on')
      return 0
    })
  return { integrate, ...startRounds(round, deps.gatherMs ?? gatherMs) }
}

/** Makes one round after the other, until it is stopped; after one that integrated something, others have a moment to gather. */
function startRounds(round: () => Promise<number>, pauseMs: number): Omit<Sequencer, 'integrate'> {
  const stopping = new AbortController()
  let roused = Promise.withResolvers<void>()
  let hurried = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Renewed before the outbox is read, so that whoever appends meanwhile rouses the next round.
      roused = Promise.withResolvers<void>()
      hurried = Promise.withResolvers<void>()
      const integrated = await round()
      const pause = setTimeout(hurried.resolve, integrated > 0 ? pauseMs : 0)
      const poll = setTimeout(roused.resolve, pollMs)
      if (!stopping.signal.aborted) await Promise.all([roused.promise, hurried.promise])
      clearTimeout(pause)
      clearTimeout(poll)
    }
  }
  const hurry = (): void => {
    roused.resolve()
    hurried.resolve()
  }
  const done = run()
  return {
    wake: () => roused.resolve(),
    hurry,
    stop() {
      stopping.abort()
      hurry()
      return done
    },
  }
}

async function integrateAll(
  { db, log, memory }: Integration,
  integrate: (tenantId: string) => Promise<number>,
): Promise<number> {
  const { tenantIds, emptied } = await withRole(db, 'afterai_sequencer', (tx) => findWaitingLogs(tx, memory.allEmptied))
  let waiting = tenantIds
  let total = 0
  // A full batch means that more may wait: that log's turn comes again after the others', so that none starves.
  while (waiting.length > 0) {
    const again: string[] = []
    for (const tenantId of waiting) {
      try {
        const entries = await integrate(tenantId)
        total += entries
        if (entries === batchSize) again.push(tenantId)
      } catch (error) {
        // What was raised is told once, not with every round.
        if (!isRaised(error)) log.error({ err: error, tenantId }, 'a log could not be extended')
      }
    }
    waiting = again
  }
  memory.allEmptied = emptiedOfAll(
    emptied,
    tenantIds.map((tenantId) => memory.emptied.get(tenantId)),
  )
  return total
}

// A batch with a repeated entry fails as a whole; it is tried again without what repeats.
async function integrateOnce(integration: Integration, tenantId: string): Promise<number> {
  const { db, log, alarms } = integration
  // What another part of the process found stands until that part finds otherwise.
  if (alarms.isStoppedBy(tenantId, 'verification')) return 0
  try {
    return await integrateBatch(integration, tenantId)
  } catch (error) {
    raiseFor(alarms, tenantId, error)
    if (!isUniqueViolation(error)) throw error
    const setAside = await setRepeatsAside(db, tenantId)
    if (setAside > 0)
      log.error({ err: error, tenantId, setAside }, 'the log has entries of the queue already; they are set aside')
    // Also where there were none: who had the turn before has set them aside then.
    return integrateBatch(integration, tenantId)
  }
}

/** One batch of one log, in one transaction: entries, full tiles, one signed checkpoint. */
async function integrateBatch(integration: Integration, tenantId: string): Promise<number> {
  const { db, fence, memory } = integration
  const { batch, emptied, extended } = await withRole(db, 'afterai_sequencer', async (tx) => {
    const taken = await takeBatch(tx, tenantId, memory.emptied.get(tenantId))
    return { ...taken, extended: await extendLog(tx, { integration, tenantId, batch: taken.batch }) }
  })
  // Not before the commit: what is rolled back is in the queue again.
  memory.emptied.set(tenantId, emptied)
  if (extended === undefined) return 0
  memory.trees.set(tenantId, extended.stored)
  fence.keep(tenantId, extended.note)
  return batch.length
}

interface LogExtension {
  readonly integration: Integration
  readonly tenantId: string
  readonly batch: readonly Pending[]
}

async function extendLog(
  tx: Transaction,
  { integration: { signerOf, fence, memory }, tenantId, batch }: LogExtension,
): Promise<{ readonly note: string; readonly stored: StoredTree } | undefined> {
  const [first] = batch
  if (first === undefined) return undefined
  const before = remembered(memory, tenantId, first) ?? (await readStoredTree(tx, tenantId, signerOf))
  await fence.admit(tx, tenantId, before.tree)
  const { tree, leafHashes, nodes } = extend(before.tree, batch)
  const note = signCheckpoint({ origin: before.origin, size: tree.size, root: rootOf(tree) }, [signerOf(before.origin)])
  await together(tx, [
    insertEntries(tx, tenantId, { first: before.tree.size, batch, leafHashes }),
    ...storeFullTiles(tx, tenantId, {
      from: before.tree.size,
      to: tree.size,
      rootOfNode: (level, index) => nodes.get(`${level}/${index}`) ?? missingNode(level, index),
    }),
    publishCheckpoint(tx, tenantId, { tree, note }),
  ])
  return { note, stored: { origin: before.origin, tree } }
}

// What this process remembers is used only if the database's newest checkpoint has the same size and root.
function remembered({ trees }: Memory, tenantId: string, head: Pending): StoredTree | undefined {
  const cached = trees.get(tenantId)
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

function insertEntries(
  tx: Transaction,
  tenantId: string,
  { first, batch, leafHashes }: { first: bigint; batch: readonly Pending[]; leafHashes: readonly Uint8Array[] },
): CompiledQuery {
  const indices = batch.map((_, offset) => Number(first) + offset)
  return sql`
    insert into ledger_entry (tenant_id, idx, entry_id, entry, leaf_hash, producer_id, producer_sequence)
    select ${tenantId}::uuid, * from unnest(
      ${indices}::bigint[], ${batch.map((it) => it.entry_id)}::uuid[], ${batch.map((it) => it.entry)}::bytea[],
      ${leafHashes}::bytea[], ${batch.map((it) => it.producer_id)}::text[],
      ${batch.map((it) => it.producer_sequence)}::bigint[])`.compile(tx)
}

// Told by the database when this commits, to every process that waits for an entry.
function publishCheckpoint(
  tx: Transaction,
  tenantId: string,
  { tree, note }: { tree: Frontier; note: string },
): CompiledQuery {
  return sql`
    with checkpoint as (
      insert into ledger_checkpoint (tenant_id, size, root, note)
      values (${tenantId}, ${Number(tree.size)}, ${rootOf(tree)}, ${note}))
    select pg_notify(${ledgerChannel}, ${tenantId})`.compile(tx)
}
