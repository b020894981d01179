import { chunksInAll, numbersPerChunk } from '../capture/layout.ts'
import type { DigestKey, Stats } from '../types.ts'
import * as count from './counts.ts'
import * as word from './words.ts'

type Count = (typeof count)[keyof typeof count]
type Word = (typeof word)[keyof typeof word]

/**
 * Memory that both threads see, so that measurements needn't be copied to cross, counts are exact at any time, and a process that ends can
 * wait for the other thread.
 */
export interface Shared {
  readonly counts: BigInt64Array
  readonly words: Int32Array
  /** The numbers of measurements that wait for the sender. */
  readonly rows: Float64Array
  /** The digest key, as JSON. */
  readonly key: Uint8Array
}

/** Makes the memory that the host and the sender share, all of it zero. */
export function makeShared(): Shared {
  return {
    counts: new BigInt64Array(memory(64)),
    words: new Int32Array(memory(36)),
    rows: new Float64Array(memory(8 * chunksInAll * numbersPerChunk)),
    key: new Uint8Array(memory(512)),
  }
}

function memory(bytes: number): ArrayBufferLike {
  // Where no memory can be shared there is one thread only.
  return new (globalThis.SharedArrayBuffer ?? ArrayBuffer)(bytes)
}

/** Adds to a count. */
export function add(shared: Shared, which: Count, much: number): void {
  if (much > 0) Atomics.add(shared.counts, which, BigInt(much))
}

/** The value of a count. */
export function read(shared: Shared, which: Count): number {
  return Number(Atomics.load(shared.counts, which))
}

/** The measurements that were dropped, by the reason. */
export function readDropped(shared: Shared): Stats['droppedBy'] {
  return {
    invalid: read(shared, count.invalid),
    overflow: read(shared, count.overflow),
    refused: read(shared, count.refused),
    closed: read(shared, count.closed),
  }
}

/** All that was dropped, for whatever reason. */
export function sumOf({ invalid, overflow, refused, closed }: Stats['droppedBy']): number {
  return invalid + overflow + refused + closed
}

/** Sets a word of the state, and wakes the thread that waits for it. */
export function set(shared: Shared, which: Word, value: number): void {
  Atomics.store(shared.words, which, value)
  Atomics.notify(shared.words, which)
}

/** The value of a word of the state. */
export function get(shared: Shared, which: Word): number {
  return Atomics.load(shared.words, which)
}

/** @returns whether the key fits */
export function writeKey(shared: Shared, key: DigestKey): boolean {
  const { read: taken, written } = new TextEncoder().encodeInto(JSON.stringify(key), shared.key)
  if (taken < JSON.stringify(key).length) return false
  set(shared, word.keyBytes, written)
  set(shared, word.key, word.keyKnown)
  return true
}

/** The digest key; undefined until it is known. */
export function readKey(shared: Shared): DigestKey | undefined {
  if (get(shared, word.key) !== word.keyKnown) return undefined
  return JSON.parse(new TextDecoder().decode(shared.key.slice(0, get(shared, word.keyBytes)))) as DigestKey
}
