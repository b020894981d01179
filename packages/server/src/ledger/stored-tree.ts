import { emptyFrontier, type Frontier, type NoteSigner, RecordError, rootOf, signCheckpoint } from '@afterai/record'
import { type Database, type Transaction, withRole } from '../platform/database.ts'
import { readOrigin } from './log-keys.ts'
import { readFrontier, readHead } from './tree-store.ts'

/** Signs the checkpoints of the log with this origin. */
export type SignerOf = (origin: string) => NoteSigner

/** A log's name and the right edge of its tree. */
export interface StoredTree {
  readonly origin: string
  readonly tree: Frontier
}

/** A log whose newest checkpoint its key did not sign, or not for the tree that is stored. */
export class HeadMismatch extends Error {
  constructor(tenantId: string, options?: ErrorOptions) {
    super(`the stored tree of log ${tenantId} is not the one of its last checkpoint; nothing more is signed`, options)
  }
}

/** The tree of a log as it is stored, once it is known to be the one that this log's key has signed last. @throws HeadMismatch */
export async function readStoredTree(tx: Transaction, tenantId: string, signerOf: SignerOf): Promise<StoredTree> {
  const origin = await readOrigin(tx, tenantId)
  const head = await readHead(tx, tenantId)
  if (head === undefined) return { origin, tree: emptyFrontier }
  const tree = await readFrontier(tx, tenantId, BigInt(head.size)).catch((cause: unknown) => {
    // A hash that isn't there; what the database itself reports is no verdict on the log.
    throw cause instanceof RecordError ? new HeadMismatch(tenantId, { cause }) : cause
  })
  const root = rootOf(tree)
  // Ed25519 is deterministic: signing what is stored gives the stored note again, or the note isn't ours for this tree.
  const note = signCheckpoint({ origin, size: tree.size, root }, [signerOf(origin)])
  if (note !== head.note || Buffer.compare(root, head.root) !== 0) throw new HeadMismatch(tenantId)
  return { origin, tree }
}

/**
 * Compares each log's stored tree with its newest checkpoint; answers those that differ. Reads the right edge of each tree
 * alone: what lies further inside is for the audit of the whole log.
 */
export async function checkHeads(db: Database, signerOf: SignerOf): Promise<HeadMismatch[]> {
  const logs = await withRole(db, 'afterai_sequencer', (tx) =>
    tx.selectFrom('ledger_log').select('tenant_id').execute(),
  )
  const mismatches: HeadMismatch[] = []
  for (const { tenant_id: tenantId } of logs) {
    try {
      await withRole(db, 'afterai_sequencer', (tx) => readStoredTree(tx, tenantId, signerOf))
    } catch (error) {
      if (!(error instanceof HeadMismatch)) throw error
      mismatches.push(error)
    }
  }
  return mismatches
}
