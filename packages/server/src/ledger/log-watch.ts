import { sql } from 'kysely'
import { type Database, withRole } from '../platform/database.ts'
import type { RepeatedJob } from '../platform/jobs.ts'
import { type Fence, LogWentBack } from './fence.ts'
import type { LogAlarms } from './log-alarms.ts'
import type { LogMemory } from './log-memory.ts'
import { HeadMismatch, readStoredTree, type SignerOf } from './stored-tree.ts'
import { readHead } from './tree-store.ts'

const everyMs = 5_000

/** Dependencies of looking at the heads of the logs. */
export interface LogWatchParts {
  readonly db: Database
  readonly signerOf: SignerOf
  readonly memory: LogMemory
  readonly fence: Fence
  readonly alarms: LogAlarms
}

/**
 * Compares every log's newest checkpoint with what this process remembers of it, and remembers those that grew: also where nothing is
 * to be signed, a log that went back is noticed. Heads that are the same as before cost one index look-up each.
 */
export async function lookAtHeads(parts: LogWatchParts): Promise<void> {
  const { rows } = await withRole(parts.db, 'afterai_sequencer', (tx) =>
    sql<{ tenantId: string; size: number | null; root: Uint8Array | null; note: string | null }>`
      select tenant_id as "tenantId", head.size, head.root, head.note from ledger_log log
      left join lateral (select size, root, note from ledger_checkpoint c where c.tenant_id = log.tenant_id order by size desc limit 1) head on true`.execute(
      tx,
    ),
  )
  for (const { tenantId, size, root, note } of rows) {
    const had = parts.memory.checkpointOf(tenantId)
    const isKnown = had?.size === (size ?? undefined) && had?.note === (note ?? undefined) && isSame(had?.root, root)
    if (!isKnown || parts.alarms.of(tenantId) !== undefined) await lookAtHead(parts, tenantId)
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | null): boolean {
  return a === undefined || b === null ? a === undefined && b === null : Buffer.compare(a, b) === 0
}

/** Judges one log anew, and raises or clears what this finds. */
async function lookAtHead({ db, signerOf, fence, alarms }: LogWatchParts, tenantId: string): Promise<void> {
  try {
    await withRole(db, 'afterai_sequencer', async (tx) => {
      const { tree } = await readStoredTree(tx, tenantId, signerOf)
      alarms.clear(tenantId, 'head')
      await fence.admit(tx, tenantId, tree)
      alarms.clear(tenantId, 'fence')
      const head = await readHead(tx, tenantId)
      // What grew since the tree was read is looked at the next time.
      if (head !== undefined && BigInt(head.size) === tree.size) fence.keep(tenantId, head.note)
    })
  } catch (error) {
    if (!raiseFor(alarms, tenantId, error)) throw error
  }
}

/** Raises what an error says of a log; false for one that says nothing of it. */
export function raiseFor(alarms: LogAlarms, tenantId: string, error: unknown): boolean {
  if (error instanceof LogWentBack) alarms.raise(tenantId, 'fence', [error.message])
  else if (error instanceof HeadMismatch) alarms.raise(tenantId, 'head', [error.message])
  else return false
  return true
}

/** Whether an error is one that `raiseFor` raises. */
export function isRaised(error: unknown): boolean {
  return error instanceof LogWentBack || error instanceof HeadMismatch
}

/** The job that looks at the heads of all logs every few seconds. */
export function watchingLogs(parts: LogWatchParts): RepeatedJob {
  return { name: 'watch-logs', everyMs, run: () => lookAtHeads(parts) }
}
