import { ProblemError } from '@afterai/contract'
import { consistencyNodes, formatTlogProof, inclusionNodes, proveConsistency, proveInclusion } from '@afterai/record'
import type { Transaction } from '../platform/database.ts'
import { readHead, readNodes } from './tree-store.ts'

/** An entry with the proof that it is in the log of the newest checkpoint. */
export interface ProvedEntry {
  readonly entry: Uint8Array
  readonly index: number
  readonly tlogProof: string
}

/** Proves an entry by its id. Undefined while it waits in the outbox. */
export async function proveEntry(tx: Transaction, tenantId: string, entryId: string): Promise<ProvedEntry | undefined> {
  const found = await tx
    .selectFrom('ledger_entry')
    .select(['idx', 'entry'])
    .where('tenant_id', '=', tenantId)
    .where('entry_id', '=', entryId)
    .executeTakeFirst()
  const head = await readHead(tx, tenantId)
  // Checkpoint and entries are read in turn, so an entry may be newer than the head that is seen.
  if (found === undefined || head === undefined || found.idx >= head.size) return undefined
  const index = BigInt(found.idx)
  const size = BigInt(head.size)
  const hashAt = await readNodes(tx, tenantId, { nodes: inclusionNodes(index, size), size })
  const hashes = proveInclusion(index, size, hashAt)
  return {
    entry: found.entry,
    index: found.idx,
    tlogProof: formatTlogProof({ index, hashes, checkpoint: head.note }),
  }
}

/** Proof that the newest tree continues an earlier one. @throws ProblemError `invalid_request` for a size that it never had */
export async function proveGrowth(
  tx: Transaction,
  tenantId: string,
  earlierSize: number,
): Promise<{ checkpoint: string; hashes: readonly Uint8Array[] }> {
  const head = await readHead(tx, tenantId)
  if (head === undefined || earlierSize < 1 || earlierSize > head.size) {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/querystring/from', detail: `must be from 1 to ${head?.size ?? 0}` }],
    })
  }
  const [size1, size2] = [BigInt(earlierSize), BigInt(head.size)]
  const hashAt = await readNodes(tx, tenantId, { nodes: consistencyNodes(size1, size2), size: size2 })
  return { checkpoint: head.note, hashes: proveConsistency(size1, size2, hashAt) }
}
