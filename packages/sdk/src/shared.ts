import type { DigestKey } from './types.ts'

/** Where each count lies; `reported` is of all that was dropped what the server knows. Only ever added to, by either thread. */
export const count = {
  delivered: 0,
  invalid: 1,
  overflow: 2,
  refused: 3,
  closed: 4,
  retries: 5,
  replayed: 6,
  reported: 7,
} as const

/** Where each word of the state lies. */
export const word = {
  ready: 0,
  received: 1,
  key: 2,
  keyBytes: 3,
  closed: 4,
  backingOff: 5,
  spooled: 6,
  skewMs: 7,
} as const

/** What is known of the digest key. */
export const keyState = { unknown: 0, known: 1, refused: 2 } as const

/** Memory that both threads see, so that counts are exact at any time and a process that ends can wait for the other thread. */
export interface Shared {
  readonly counts: BigInt64Array
  readonly words: Int32Array
  /** The digest key, as JSON. */
  readonly key: Uint8Array
}

export function makeShared(): Shared {
  return { counts: new BigInt64Array(memory(64)), words: new Int32Array(memory(32)), key: new Uint8Array(memory(512)) }
}

function memory(bytes: number): ArrayBuffer {
  // Where no memory can be shared there is one thread only.
  const Buffer = typeof SharedArrayBuffer === 'undefined' ? ArrayBuffer : SharedArrayBuffer
  return new Buffer(bytes) as ArrayBuffer
}

export function add(shared: Shared, which: keyof typeof count, much: number): void {
  if (much > 0) Atomics.add(shared.counts, count[which], BigInt(much))
}

export function read(shared: Shared, which: keyof typeof count): number {
  return Number(Atomics.load(shared.counts, count[which]))
}

/** All that was dropped, for whatever reason. */
export function droppedIn(shared: Shared): number {
  return read(shared, 'invalid') + read(shared, 'overflow') + read(shared, 'refused') + read(shared, 'closed')
}

/** Sets a word of the state, and wakes the thread that waits for it. */
export function set(shared: Shared, which: keyof typeof word, value: number): void {
  Atomics.store(shared.words, word[which], value)
  Atomics.notify(shared.words, word[which])
}

export function get(shared: Shared, which: keyof typeof word): number {
  return Atomics.load(shared.words, word[which])
}

/** @returns whether the key fits */
export function writeKey(shared: Shared, key: DigestKey): boolean {
  const { read: taken, written } = new TextEncoder().encodeInto(JSON.stringify(key), shared.key)
  if (taken < JSON.stringify(key).length) return false
  set(shared, 'keyBytes', written)
  set(shared, 'key', keyState.known)
  return true
}

export function readKey(shared: Shared): DigestKey | undefined {
  if (get(shared, 'key') !== keyState.known) return undefined
  return JSON.parse(new TextDecoder().decode(shared.key.slice(0, get(shared, 'keyBytes')))) as DigestKey
}
