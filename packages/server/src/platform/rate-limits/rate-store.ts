import { sql } from 'kysely'
import type { Database } from '../database.ts'
import type { RepeatedJob } from '../jobs.ts'
import { createSharedRates, type Settle, type SharedRates } from './shared-rates.ts'

const settleEveryMs = 1_000
const forgetEveryMs = 60_000

/** Rates that all processes of a database keep together, and the jobs that keep them so. */
export interface StoredRates {
  readonly shared: SharedRates
  readonly jobs: readonly RepeatedJob[]
}

/** Creates rates that are shared over the database: what was counted goes there once a second, if anything was. */
export function createRates(db: Database, hashKey: (key: string) => Uint8Array): StoredRates {
  const shared = createSharedRates(settleIn(db, hashKey))
  const { settle } = shared
  const forget = (): Promise<unknown> => sql`select forget_rates()`.execute(db)
  return {
    shared,
    jobs: [
      { name: 'settle-rates', everyMs: settleEveryMs, run: settle, end: settle },
      { name: 'forget-rates', everyMs: forgetEveryMs, run: forget },
    ],
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
