import { concatBytes, equalBytes } from './bytes.ts'
import { sha256 } from './crypto.ts'
import { RecordError } from './record-error.ts'

/** A perfect subtree: `level` 0 holds the leaves; the node spans leaves `index << level` up to `(index + 1) << level`. */
export interface NodeCoordinate {
  readonly level: number
  readonly index: bigint
}

/** The hash of a perfect subtree that is complete in the tree. */
export type HashReader = (level: number, index: bigint) => Uint8Array

/** The right edge of a tree: the hashes of its maximal perfect subtrees, left to right. All that appending needs. */
export interface Frontier {
  readonly size: bigint
  readonly hashes: readonly Uint8Array[]
}

/** A claim that a leaf stands at an index of a tree. Indices and sizes are bigints: they may pass 2^53. */
export interface InclusionClaim {
  readonly index: bigint
  readonly size: bigint
  readonly leafHash: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** A node on the way from a leaf to the root: its hash, and the sibling and side from which it was computed. */
export interface ClimbedNode {
  readonly sibling: Uint8Array
  readonly siblingSide: 'left' | 'right'
  readonly hash: Uint8Array
}

/** The way up from a leaf, as far as its audit path goes. */
export interface Climb {
  readonly nodes: readonly ClimbedNode[]
  /** Whether the last node is where the root must be: the path is neither too short nor too long. */
  readonly reachesRoot: boolean
}

/** A claim that a tree of `size2` leaves begins with the tree of `size1` leaves. */
export interface ConsistencyClaim {
  readonly size1: bigint
  readonly size2: bigint
  readonly root1: Uint8Array
  readonly root2: Uint8Array
  readonly proof: readonly Uint8Array[]
}

interface LeafRange {
  readonly start: bigint
  readonly end: bigint
}

const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

/** The tree of no leaves. */
export const emptyFrontier: Frontier = { size: 0n, hashes: [] }

/** Hash of a leaf: SHA-256(0x00 || entry). Source: RFC 6962 §2.1. */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(leafPrefix, entry))
}

/** Hash of an inner node: SHA-256(0x01 || left || right). Source: RFC 6962 §2.1. */
export function hashChildren(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(nodePrefix, left, right))
}

/** The tree with one more leaf. `onNode` is told each perfect subtree that the leaf completes, the leaf itself first. */
export function appendLeaf(
  frontier: Frontier,
  leafHash: Uint8Array,
  onNode?: (node: NodeCoordinate, hash: Uint8Array) => void,
): Frontier {
  const hashes = [...frontier.hashes]
  let hash = leafHash
  let node: NodeCoordinate = { level: 0, index: frontier.size }
  onNode?.(node, hash)
  // Each 1 bit at the end of the size is a perfect subtree that waits for its right sibling.
  while (node.index % 2n === 1n) {
    hash = hashChildren(hashes.pop() ?? hash, hash)
    node = { level: node.level + 1, index: node.index >> 1n }
    onNode?.(node, hash)
  }
  return { size: frontier.size + 1n, hashes: [...hashes, hash] }
}

/** Root of the tree; of the empty tree, the SHA-256 of nothing. Source: RFC 6962 §2.1. */
export function rootOf(frontier: Frontier): Uint8Array {
  const [last, ...others] = frontier.hashes.toReversed()
  if (last === undefined) return sha256(new Uint8Array())
  return others.reduce((right, left) => hashChildren(left, right), last)
}

/** The frontier of the first `size` leaves, from stored hashes. */
export function frontierAt(size: bigint, hashAt: HashReader): Frontier {
  const nodes = perfectNodes({ start: 0n, end: size })
  return { size, hashes: nodes.map(({ level, index }) => hashAt(level, index)) }
}

/** The stored hashes that {@link frontierAt} reads. */
export function frontierNodes(size: bigint): readonly NodeCoordinate[] {
  return perfectNodes({ start: 0n, end: size })
}

/** Audit path of a leaf, its sibling first. @throws RecordError `bad_coordinate` */
export function proveInclusion(index: bigint, size: bigint, hashAt: HashReader): readonly Uint8Array[] {
  return inclusionRanges(index, size).map((range) => hashRange(range, hashAt))
}

/** The stored hashes that {@link proveInclusion} reads, for a caller that fetches them beforehand. */
export function inclusionNodes(index: bigint, size: bigint): readonly NodeCoordinate[] {
  return inclusionRanges(index, size).flatMap(perfectNodes)
}

/** Proof that the tree of `size2` leaves begins with the tree of `size1` leaves. @throws RecordError `bad_coordinate` */
export function proveConsistency(size1: bigint, size2: bigint, hashAt: HashReader): readonly Uint8Array[] {
  return consistencyRanges(size1, size2).map((range) => hashRange(range, hashAt))
}

/** The stored hashes that {@link proveConsistency} reads, for a caller that fetches them beforehand. */
export function consistencyNodes(size1: bigint, size2: bigint): readonly NodeCoordinate[] {
  return consistencyRanges(size1, size2).flatMap(perfectNodes)
}

/** Whether the proof shows the leaf at that index of that tree. Source: RFC 9162 §2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { leafHash, root, proof } = claim
  if (!areHashes([leafHash, root, ...proof])) return false
  const { nodes, reachesRoot } = climb(claim)
  return reachesRoot && equalBytes(nodes.at(-1)?.hash ?? leafHash, root)
}

/** Computes the nodes above a leaf from its audit path, up to the root where the path is as long as the tree is high. Source: RFC 9162 §2.1.3.2. */
export function climb({ index, size, leafHash, proof }: Omit<InclusionClaim, 'root'>): Climb {
  const nodes: ClimbedNode[] = []
  if (index < 0n || index >= size) return { nodes, reachesRoot: false }
  let node = index
  let last = size - 1n
  let hash = leafHash
  for (const sibling of proof) {
    if (last === 0n) return { nodes, reachesRoot: false }
    const siblingSide = node % 2n === 1n || node === last ? 'left' : 'right'
    hash = siblingSide === 'left' ? hashChildren(sibling, hash) : hashChildren(hash, sibling)
    nodes.push({ sibling, siblingSide, hash })
    if (siblingSide === 'left') [node, last] = climbWhileLeft(node, last)
    node >>= 1n
    last >>= 1n
  }
  return { nodes, reachesRoot: last === 0n }
}

/** Whether the proof shows that one tree begins with the other. The empty tree proves nothing. Source: RFC 9162 §2.1.4.2. */
export function verifyConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): boolean {
  if (size1 <= 0n || size1 > size2) return false
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2)
  if (proof.length === 0 || !areHashes([root1, root2, ...proof])) return false
  const path = isPowerOfTwo(size1) ? [root1, ...proof] : proof
  let [node, last] = climbWhileRight(size1 - 1n, size2 - 1n)
  const [seed = root1, ...siblings] = path
  let hash1 = seed
  let hash2 = seed
  for (const sibling of siblings) {
    if (last === 0n) return false
    if (node % 2n === 1n || node === last) {
      hash1 = hashChildren(sibling, hash1)
      hash2 = hashChildren(sibling, hash2)
      ;[node, last] = climbWhileLeft(node, last)
    } else {
      hash2 = hashChildren(hash2, sibling)
    }
    node >>= 1n
    last >>= 1n
  }
  return last === 0n && equalBytes(hash1, root1) && equalBytes(hash2, root2)
}

// PATH(m, D[n]) of RFC 6962 §2.1.1, as ranges of leaves instead of hashes.
function inclusionRanges(index: bigint, size: bigint): readonly LeafRange[] {
  if (index < 0n || index >= size) throw new RecordError('bad_coordinate', `no leaf ${index} in a tree of ${size}`)
  const ranges: LeafRange[] = []
  let start = 0n
  let end = size
  while (end - start > 1n) {
    const middle = start + splitPoint(end - start)
    const goLeft = index < middle
    ranges.unshift(goLeft ? { start: middle, end } : { start, end: middle })
    if (goLeft) end = middle
    else start = middle
  }
  return ranges
}

// SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2, as ranges of leaves instead of hashes.
function consistencyRanges(size1: bigint, size2: bigint): readonly LeafRange[] {
  if (size1 <= 0n || size1 > size2) {
    throw new RecordError('bad_coordinate', `no consistency proof leads from size ${size1} to size ${size2}`)
  }
  const ranges: LeafRange[] = []
  let start = 0n
  let end = size2
  while (size1 < end) {
    const middle = start + splitPoint(end - start)
    const goLeft = size1 <= middle
    ranges.unshift(goLeft ? { start: middle, end } : { start, end: middle })
    if (goLeft) end = middle
    else start = middle
  }
  // The verifier knows the old root; any other subtree that ends at size1 must be told.
  return start === 0n ? ranges : [{ start, end }, ...ranges]
}

function hashRange(range: LeafRange, hashAt: HashReader): Uint8Array {
  return rootOf({
    size: range.end - range.start,
    hashes: perfectNodes(range).map((node) => hashAt(node.level, node.index)),
  })
}

// Maximal perfect subtrees of a range whose start is aligned, as all ranges of proofs are; left to right.
function perfectNodes({ start, end }: LeafRange): readonly NodeCoordinate[] {
  const nodes: NodeCoordinate[] = []
  let next = start
  while (next < end) {
    const level = floorLog2(end - next)
    nodes.push({ level, index: next >> BigInt(level) })
    next += 1n << BigInt(level)
  }
  return nodes
}

// Largest power of two strictly smaller than a size of at least 2.
function splitPoint(size: bigint): bigint {
  return 1n << BigInt(floorLog2(size - 1n))
}

function floorLog2(value: bigint): number {
  return value.toString(2).length - 1
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every((value) => value.length === 32)
}

function isPowerOfTwo(value: bigint): boolean {
  return (value & (value - 1n)) === 0n
}

// Skips the levels at which the node has no right sibling.
function climbWhileLeft(node: bigint, last: bigint): [bigint, bigint] {
  if (node === 0n || node % 2n === 1n) return [node, last]
  return climbWhileLeft(node >> 1n, last >> 1n)
}

function climbWhileRight(node: bigint, last: bigint): [bigint, bigint] {
  return node % 2n === 0n ? [node, last] : climbWhileRight(node >> 1n, last >> 1n)
}
