import { emptyFrontier, type Frontier, type NoteSigner, rootOf, signCheckpoint } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { readOrigin } from './log-keys.ts'
import { readFrontier, readHead } from './tree-store.ts'

/** Signs the checkpoints of the log with this origin. */
export type SignerOf = (origin: string) => NoteSigner

/** A log's name and the right edge of its tree. */
export interface StoredTree {
  readonly origin: string
  readonly tree: Frontier
}

/** The tree of a log as it is stored, once it is known to be the one that this log's key has signed last. @throws when it isn't */
export async function readStoredTree(tx: Transaction, tenantId: string, signerOf: SignerOf): Promise<StoredTree> {
  const origin = await readOrigin(tx, tenantId)
  const head = await readHead(tx, tenantId)
  if (head === undefined) return { origin, tree: emptyFrontier }
  const tree = await readFrontier(tx, tenantId, BigInt(head.size))
  const root = rootOf(tree)
  // Ed25519 is deterministic: signing what is stored gives the stored note again, or the note isn't ours for this tree.
  const note = signCheckpoint({ origin, size: tree.size, root }, [signerOf(origin)])
  if (note !== head.note || Buffer.compare(root, head.root) !== 0) {
    throw new Error(`the stored tree of log ${tenantId} is not the one of its last checkpoint; nothing more is signed`)
  }
  return { origin, tree }
}
