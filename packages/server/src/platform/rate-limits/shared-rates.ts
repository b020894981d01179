/** How many requests a key may make: `quota` at once, and again as many as drain in `windowSeconds`. */
export interface Rate {
  readonly quota: number
  readonly windowSeconds: number
}

/** The verdict on a request of a key, with the number that the key may still make. */
export interface Verdict {
  readonly admitted: boolean
  readonly remaining: number
  /** Seconds until one more is admitted, or, where it was, until nothing counts any more. */
  readonly seconds: number
}

/** Requests that a process counted for one key since it last passed them on to the others. */
export interface Count {
  readonly key: string
  readonly count: number
  readonly perSecond: number
}

/** Adds counts to the shared levels, and answers these by key. */
export type Settle = (counts: readonly Count[]) => Promise<ReadonlyMap<string, number>>

/** Rates that all processes keep together. */
export interface SharedRates {
  /** Counts one request, if the rate admits it. */
  admit(key: string, rate: Rate): Promise<Verdict>
  /** Tells the others what was counted here. */
  settle(): Promise<void>
}

interface Level {
  readonly rate: Rate
  /** Over all processes as of `at`, what is unsettled here aside. */
  level: number
  at: number
  unsettled: number
}

/** A process counts this part of a quota by itself before it must ask what the others counted. */
const ownPart = 10
/** Most keys that are held; beyond it the oldest are forgotten here, after they were settled. */
const mostKeys = 20_000
const mostSettledAtOnce = 2_000

/**
 * Leaky buckets in memory, settled with the shared store in batches: a request costs no write. A process admits at most a tenth of a quota
 * before it hears of the others', so n processes together exceed a quota by n tenths of it at most, for one window. While the store
 * doesn't answer, each process keeps the rates by itself.
 */
export function createSharedRates(settleCounts: Settle, now: () => number = Date.now): SharedRates {
  const levels = new Map<string, Level>()
  let settling: Promise<void> | undefined

  async function settleAll(): Promise<void> {
    const pending = [...levels].filter(([, it]) => it.unsettled > 0).slice(0, mostSettledAtOnce)
    const counts = pending.map(([key, it]) => ({ key, count: it.unsettled, perSecond: perSecond(it.rate) }))
    forgetDrained(levels, now())
    if (counts.length === 0) return
    const shared = await settleCounts(counts).catch(() => new Map<string, number>())
    const at = now()
    pending.forEach(([key, it], index) => {
      const counted = counts[index]?.count ?? 0
      // Without an answer from the store, what was counted here is all that is known.
      const level = shared.get(key) ?? levelOf(it, at) - (it.unsettled - counted)
      Object.assign(it, { level, at, unsettled: it.unsettled - counted })
    })
  }

  function enter(key: string, rate: Rate): Level {
    const known = levels.get(key)
    if (known !== undefined) return known
    const fresh = { rate, level: 0, at: now(), unsettled: 0 }
    levels.set(key, fresh)
    return fresh
  }

  // One at a time; whoever comes meanwhile waits for the same.
  const settle = (): Promise<void> => (settling ??= settleAll().finally(() => (settling = undefined)))

  return {
    settle,
    async admit(key, rate) {
      if (levels.size >= mostKeys && !levels.has(key)) await settle()
      const part = Math.max(1, Math.floor(rate.quota / ownPart))
      let it = enter(key, rate)
      // Whoever waited for the same answer may have used up the next part, so it is looked at anew.
      while (it.unsettled >= part && levelOf(it, now()) + 1 <= rate.quota) {
        await settle()
        it = enter(key, rate)
      }
      const level = levelOf(it, now())
      if (level + 1 > rate.quota) {
        return { admitted: false, remaining: 0, seconds: (level + 1 - rate.quota) / perSecond(rate) }
      }
      it.unsettled += 1
      return { admitted: true, remaining: Math.floor(rate.quota - level - 1), seconds: (level + 1) / perSecond(rate) }
    },
  }
}

function perSecond({ quota, windowSeconds }: Rate): number {
  return quota / windowSeconds
}

function levelOf({ level, at, unsettled, rate }: Level, now: number): number {
  return Math.max(0, level - ((now - at) / 1000) * perSecond(rate)) + unsettled
}

/** Forgets keys of which nothing counts any more, and the oldest of the others where there are too many. */
function forgetDrained(levels: Map<string, Level>, now: number): void {
  for (const [key, it] of levels) if (it.unsettled === 0 && levelOf(it, now) === 0) levels.delete(key)
  for (const [key, it] of levels) {
    if (levels.size < mostKeys) return
    if (it.unsettled === 0) levels.delete(key)
  }
}
