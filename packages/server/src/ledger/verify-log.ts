import {
  appendLeaf,
  emptyFrontier,
  encodeHex,
  type Frontier,
  hashLeaf,
  type NoteVerifier,
  parseCheckpoint,
  RecordError,
  rootOf,
  type SeenNumbers,
  verifyCheckpoint,
} from '@afterai/record'
import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { damaged, entriesAre, type IndexRange, join, readAround, readOrDamaged } from './damage.ts'
import { readFrontier } from './tree-store.ts'
import { verifyTiles } from './verify-tiles.ts'

/** Entries of a page: a whole number of tiles. */
const pageSize = 1_024

/** The extent of a log when its verification began. What is integrated later is left for the next one. */
export interface LogExtent {
  readonly end: number
  /** The size of its newest checkpoint; 0 for none. */
  readonly signed: number
}

/** How far a log is verified. */
export interface LogPosition {
  readonly size: number
  /** The tree of the entries up to here; undefined after entries that aren't there, until a checkpoint tells the tree again. */
  readonly tree: Frontier | undefined
  /** The newest checkpoint that its entries gave, or that the tree was taken up from after ones that didn't. */
  readonly signed: number
  /** The first checkpoint since then that they didn't give: what comes after it can't be judged until the tree is taken up again. */
  readonly lostAt?: number | undefined
}

/** An entry as it was read. */
export interface VerifiedEntry {
  readonly idx: number
  readonly entry: Uint8Array
  readonly leaf_hash: Uint8Array
  readonly producer_id: string
  readonly producer_sequence: number
}

/** The beginning of every log. */
export const logBegin: LogPosition = { size: 0, tree: emptyFrontier, signed: 0 }

/** Reads how far a log goes. One statement is one snapshot: a batch of entries and its checkpoint are both in it, or neither. */
export async function readExtent(tx: Transaction, tenantId: string): Promise<LogExtent> {
  const { rows } = await sql<LogExtent>`
    select (select coalesce(max(idx) + 1, 0) from ledger_entry where tenant_id = ${tenantId}) as "end",
      (select coalesce(max(size), 0) from ledger_checkpoint where tenant_id = ${tenantId}) as signed`.execute(tx)
  return rows[0] ?? { end: 0, signed: 0 }
}

/** The fault of a log of which not even the extent is readable. */
export const unreadableExtent = "how far the log goes is not readable: the database's storage of it is damaged"

/** The number of an entry, as those of a producer are followed. */
export function numberOf({ producer_sequence: number }: VerifiedEntry): SeenNumbers {
  return { count: 1, ranges: [[number, number]] }
}

/** Finds the faults at the end of a log. */
export function endFaults({ end, signed }: LogExtent): string[] {
  if (signed > end) return [`a checkpoint was signed for ${signed} entries; ${end} are here`]
  return signed < end ? ['the last entries have no checkpoint'] : []
}

/**
 * Recomputes the next page of a log: its leaves, the tiles that it fills, the root and signature of each checkpoint in it. What comes
 * after a fault is judged by itself: the tree goes on from the stored one, where a checkpoint was signed for that.
 * @param end where the verification ends
 */
export async function verifyPage(
  tx: Transaction,
  tenantId: string,
  at: {
    readonly position: LogPosition
    readonly end: number
    readonly known: readonly NoteVerifier[]
    readonly onEntry?: (entry: VerifiedEntry) => void
  },
): Promise<{ position: LogPosition; faults: string[]; checkpoints: number }> {
  const { position, known } = at
  const range = { first: position.size, end: Math.min(at.end, position.size - (position.size % pageSize) + pageSize) }
  const { rows, unreadable } = await readAround(tx, range, (part) => readEntryRows(tx, tenantId, part))
  const faults = unreadable.map((part) => `${entriesAre(part)} not readable: the database's storage of them is damaged`)
  const checkpoints = await readOrDamaged(tx, () => readCheckpoints(tx, tenantId, range))
  if (checkpoints === damaged)
    faults.push(
      `checkpoints of ${range.first + 1} to ${range.end} entries are not readable: the database's storage of them is damaged`,
    )
  const walk = createWalk(position, unreadable)
  const entries = new Map(rows.map((row) => [row.idx, row]))
  const notes = new Map(checkpoints === damaged ? [] : checkpoints.map(({ size, note }) => [size, note]))
  for (let idx = range.first; idx < range.end; idx += 1) {
    const entry = entries.get(idx)
    if (entry !== undefined) at.onEntry?.(entry)
    walk.step(idx, entry)
    const note = notes.get(idx + 1)
    if (note === undefined) continue
    const signed = checkNote(note, known)
    if (typeof signed === 'string') faults.push(signed)
    else if (!walk.meets(signed)) {
      const stored = await storedTree(tx, tenantId, signed)
      if (stored !== undefined) faults.push(...walk.takeUp(stored))
    }
  }
  if (range.end === at.end) faults.push(...walk.lost())
  faults.push(...walk.faults())
  faults.push(...(await verifyTiles(tx, tenantId, { range, rootOfNode: walk.rootOfNode })))
  return { position: walk.position(range.end), faults, checkpoints: notes.size }
}

/** Walks along the entries of a page, and knows the tree as long as none is missing. */
function createWalk({ tree: begin, signed: from, lostAt: lostBefore }: LogPosition, unreadable: readonly IndexRange[]) {
  let tree = begin
  let signed = from
  let lostAt = lostBefore
  const nodes = new Map<string, Uint8Array>()
  const missing: IndexRange[] = []
  const faults: string[] = []
  // The root that they give tells one change from another: what was accepted of these entries is accepted of no others.
  const lost = (): string[] => {
    if (lostAt === undefined) return []
    const given = tree === undefined ? 'no root' : `the root ${encodeHex(rootOf(tree)).slice(0, 16)}`
    const part = { first: signed, end: lostAt }
    return [
      `the root of checkpoint ${lostAt} is another: ${entriesAre(part)} not what was signed (up to ${at()} they give ${given})`,
    ]
  }
  const at = (): number => Number(tree?.size ?? lostAt ?? 0)
  const isUnreadable = (idx: number): boolean => unreadable.some(({ first, end }) => first <= idx && idx < end)
  return {
    step(idx: number, row: VerifiedEntry | undefined): void {
      if (row === undefined) {
        if (!isUnreadable(idx)) join(missing, { first: idx, end: idx + 1 })
        tree = undefined
        return
      }
      const leafHash = hashLeaf(row.entry)
      if (Buffer.compare(leafHash, row.leaf_hash) !== 0) faults.push(`the stored hash of entry ${idx} is another`)
      tree = tree && appendLeaf(tree, leafHash, ({ level, index }, hash) => void nodes.set(`${level}/${index}`, hash))
    },
    /** Whether the entries give what a checkpoint was signed for. */
    meets({ size, root }: SignedTree): boolean {
      const isMet = tree !== undefined && Buffer.compare(rootOf(tree), root) === 0
      if (isMet) signed = size
      else if (tree !== undefined) lostAt ??= size
      return isMet
    },
    lost,
    takeUp(stored: Frontier): string[] {
      const faults = lost()
      tree = stored
      signed = Number(stored.size)
      lostAt = undefined
      return faults
    },
    rootOfNode: (level: number, index: number) => nodes.get(`${level}/${index}`),
    faults: (): string[] => [...missing.map((part) => `${entriesAre(part)} missing`), ...faults],
    position: (size: number): LogPosition => ({ size, tree, signed, lostAt }),
  }
}

interface SignedTree {
  readonly size: number
  readonly root: Uint8Array
}

function checkNote(note: string, known: readonly NoteVerifier[]): SignedTree | string {
  try {
    const checkpoint = parseCheckpoint(note)
    verifyCheckpoint(checkpoint, known)
    return { size: Number(checkpoint.size), root: checkpoint.root }
  } catch (error) {
    return `a checkpoint is not signed by the log: ${error instanceof Error ? error.message : 'unreadable'}`
  }
}

/** The stored tree of a size, if it is the one that was signed. */
async function storedTree(
  tx: Transaction,
  tenantId: string,
  { size, root }: SignedTree,
): Promise<Frontier | undefined> {
  const read = (): Promise<Frontier | undefined> =>
    readFrontier(tx, tenantId, BigInt(size)).catch((error: unknown) => {
      // A hash that isn't there.
      if (error instanceof RecordError) return undefined
      throw error
    })
  const stored = await readOrDamaged(tx, read)
  if (stored === damaged || stored === undefined) return undefined
  return Buffer.compare(rootOf(stored), root) === 0 ? stored : undefined
}

function readEntryRows(tx: Transaction, tenantId: string, { first, end }: IndexRange): Promise<VerifiedEntry[]> {
  return tx
    .selectFrom('ledger_entry')
    .select(['idx', 'entry', 'leaf_hash', 'producer_id', 'producer_sequence'])
    .where('tenant_id', '=', tenantId)
    .where('idx', '>=', first)
    .where('idx', '<', end)
    .orderBy('idx')
    .execute()
}

function readCheckpoints(tx: Transaction, tenantId: string, { first, end }: IndexRange) {
  return tx
    .selectFrom('ledger_checkpoint')
    .select(['size', 'note'])
    .where('tenant_id', '=', tenantId)
    .where('size', '>', first)
    .where('size', '<=', end)
    .orderBy('size')
    .execute()
}
