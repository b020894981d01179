import { type Frontier, type PublicKey, RecordError, rootOf } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { type Acceptance, readAcceptances } from './acceptance.ts'
import type { LogMemory, RememberedCheckpoint } from './log-memory.ts'
import { readFrontier, readHead } from './tree-store.ts'

/** A log that no longer holds what this process has signed or seen of it. */
export class LogWentBack extends Error {
  constructor(tenantId: string, had: RememberedCheckpoint, size: bigint) {
    const what =
      size < BigInt(had.size)
        ? `it has ${size} entries, and a checkpoint was signed for ${had.size}`
        : `its first ${had.size} entries are not those that were signed`
    super(`the log ${tenantId} went back: ${what}; nothing more is signed`)
  }
}

/** Keeps a log from being signed on top of less, or of other entries, than were signed before. */
export interface Fence {
  /** Passes a log's present tree, or throws. @throws LogWentBack */
  admit(tx: Transaction, tenantId: string, tree: Frontier): Promise<void>
  /** Told of each checkpoint that was signed, once it is committed, or seen and verified. */
  keep(tenantId: string, note: string): void
}

/**
 * Creates the fence over what the process remembers.
 * @param acceptanceKey the key that signs an operator's acceptance; without it nothing is accepted
 */
export function createFence(memory: LogMemory, acceptanceKey?: PublicKey): Fence {
  return {
    async admit(tx, tenantId, tree) {
      const had = memory.checkpointOf(tenantId)
      if (had === undefined || (await continuesFrom(tx, tenantId, { tree, ...had }))) return
      const accepted = acceptanceKey === undefined ? [] : await readAcceptances(tx, tenantId, acceptanceKey)
      if (!(await isAccepted(tx, { tenantId, tree, had, accepted }))) throw new LogWentBack(tenantId, had, tree.size)
      const head = await readHead(tx, tenantId)
      memory.giveUp(tenantId, head?.note)
    },
    keep: (tenantId, note) => memory.remember(tenantId, note),
  }
}

// What was signed or seen after an acceptance isn't given up by it.
async function isAccepted(
  tx: Transaction,
  at: { tenantId: string; tree: Frontier; had: RememberedCheckpoint; accepted: readonly Acceptance[] },
): Promise<boolean> {
  for (const { acceptedAt, size, root } of at.accepted) {
    if (acceptedAt.getTime() < at.had.at) continue
    if (await continuesFrom(tx, at.tenantId, { tree: at.tree, size, root })) return true
  }
  return false
}

/** Whether a log's stored tree begins with the tree of an earlier size and root. */
async function continuesFrom(
  tx: Transaction,
  tenantId: string,
  { tree, size, root }: { tree: Frontier; size: number; root: Uint8Array },
): Promise<boolean> {
  if (tree.size < BigInt(size)) return false
  if (size === 0) return true
  const earlier = tree.size === BigInt(size) ? tree : await storedAt(tx, tenantId, size)
  return earlier !== undefined && Buffer.compare(rootOf(earlier), root) === 0
}

async function storedAt(tx: Transaction, tenantId: string, size: number): Promise<Frontier | undefined> {
  return readFrontier(tx, tenantId, BigInt(size)).catch((error: unknown) => {
    // A hash that isn't there; what the database itself reports is no verdict on the log.
    if (error instanceof RecordError) return undefined
    throw error
  })
}
