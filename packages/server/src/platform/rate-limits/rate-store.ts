import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { createSharedRates, type Settle, type SharedRates } from './shared-rates.ts'

const settleEveryMs = 1_000
const forgetEveryMs = 60_000

/** Rates kept with all processes of a database, until `stop`. */
export interface RunningRates extends SharedRates {
  stop(): Promise<void>
}

/** Starts to share rates over the database: what was counted goes there once a second, if anything was. */
export function startSharedRates(db: Database, hashKey: (key: string) => Uint8Array): RunningRates {
  const rates = createSharedRates(settleIn(db, hashKey))
  const settling = setInterval(() => void rates.settle(), settleEveryMs).unref()
  const forgetting = setInterval(() => {
    // What isn't forgotten now is forgotten a minute later.
    void sql`select forget_rates()`.execute(db).catch(() => undefined)
  }, forgetEveryMs).unref()
  return {
    ...rates,
    async stop() {
      clearInterval(settling)
      clearInterval(forgetting)
      await rates.settle()
    },
  }
}

function settleIn(db: Database, hashKey: (key: string) => Uint8Array): Settle {
  return async (counts) => {
    const byHash = new Map(counts.map(({ key }) => [hex(hashKey(key)), key]))
    const hashes = [...byHash.keys()].map((text) => Buffer.from(text, 'hex'))
    const settled = sql<{ key: Buffer; level: number }>`select * from settle_rates(
      ${hashes}::bytea[], ${counts.map(({ count }) => count)}::float8[], ${counts.map((it) => it.perSecond)}::float8[])`
    const { rows } = await settled.execute(db)
    return new Map(rows.map(({ key, level }) => [byHash.get(hex(key)) ?? '', level]))
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
