import { builtin } from '../platform-modules.ts'
import type { DigestKey } from '../types.ts'
import { digestNow, type Digested } from './digest.ts'
import type { Snapshot } from './snapshot.ts'
import * as count from '../shared/counts.ts'

const mostJobs = 256
const mostCharacters = 1 << 20

/** A configuration that is to be digested, and what to do then. */
export interface DigestJob {
  readonly snapshot: Snapshot | undefined
  readonly finish: (digested: Digested | undefined) => void
  readonly drop: (why: typeof count.overflow | typeof count.refused) => void
}

/** Where the key comes from. */
export interface KeySource {
  key(): DigestKey | undefined
  wasRefused(): boolean
  ask(): void
  /** Another try, with what may be another key. */
  forget(): void
}

/**
 * Digests configurations off the caller's stack. Text waits here for the tenant's key, in the host's memory, within a bound, and goes nowhere
 * else: a digest under any other key couldn't be turned into the tenant's later (ADR 0016).
 */
export class DigestQueue {
  readonly #keys: KeySource
  #jobs: DigestJob[] = []
  #underWay = 0

  constructor(keys: KeySource) {
    this.#keys = keys
  }

  get size(): number {
    return this.#jobs.length + this.#underWay
  }

  push(job: DigestJob): void {
    this.#jobs.push(job)
    while (this.#jobs.length > mostJobs || this.#characters > mostCharacters) this.#jobs.shift()?.drop(count.overflow)
    if (needsKey(job) && this.#keys.wasRefused()) this.#keys.forget()
  }

  /** Digests what can be, and drops what can't because the key was refused. */
  run(): void {
    const key = this.#keys.key()
    const wasRefused = this.#keys.wasRefused()
    const jobs = this.#jobs
    this.#jobs = []
    for (const job of jobs) {
      if (!needsKey(job) || key !== undefined) this.#digest(job, key)
      else if (wasRefused) job.drop(count.refused)
      else this.#jobs.push(job)
    }
    if (this.#jobs.length > 0) this.#keys.ask()
  }

  #digest({ snapshot, finish, drop }: DigestJob, key: DigestKey | undefined): void {
    if (snapshot === undefined) return finish(undefined)
    // Node's takes milliseconds to load, which a host that observes nothing is spared.
    const crypto = builtin('node:crypto')
    if (crypto !== undefined) {
      let digested: Digested
      try {
        digested = digestNow(snapshot, key, crypto)
      } catch {
        // A host may forbid an algorithm, or run out of memory: that is no reason to throw into its loop.
        return drop(count.refused)
      }
      return finish(digested)
    }
    void this.#digestSoon(snapshot, key)
      .then(finish, () => drop(count.refused))
      .catch(() => undefined)
  }

  async #digestSoon(snapshot: Snapshot, key: DigestKey | undefined): Promise<Digested> {
    this.#underWay += 1
    try {
      // Loaded where it is needed: most hosts have Node's.
      return await (await import('./digest-soon.ts')).digestSoon(snapshot, key)
    } finally {
      this.#underWay -= 1
    }
  }

  get #characters(): number {
    return this.#jobs.reduce((sum, { snapshot }) => sum + (snapshot?.characters ?? 0), 0)
  }
}

function needsKey({ snapshot }: DigestJob): boolean {
  return snapshot !== undefined && snapshot.texts.length > 0
}
