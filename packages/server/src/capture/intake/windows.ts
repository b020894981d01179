import {
  addMeasurement,
  addSummary,
  emptyWindow,
  mergeWindow,
  type WindowAggregate,
  windowFromJson,
  type WindowJson,
  windowToJson,
} from '@afterai/evidence'
import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import { overflow } from '../limits.ts'
import { priceVersion } from '../prices.ts'
import type { ReadingGroup } from './reading-group.ts'

const hourMs = 3_600_000

/** What readings are counted under. */
export interface Names {
  readonly environment: string
  readonly fingerprint: string
  readonly route: string
}

/** `shown` are the names that readings are counted under; `sharedBy`, where several share these, tells whose they are. */
export interface Counted {
  readonly shown: Names
  readonly sharedBy: string | undefined
}

interface Key {
  readonly system_id: string
  readonly environment: string
  readonly hour: string
  readonly fingerprint: string
  readonly route: string
  readonly source: 'calls' | 'metrics'
}

/** Aggregates of hours, in memory. */
export class Windows {
  readonly #byKey = new Map<string, { key: Key; window: WindowAggregate }>()
  readonly #most: number

  /** @param most windows that tell configurations and routes apart; what comes in others after them shares one for each hour */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts the readings of a group. */
  add(group: ReadingGroup, { shown, sharedBy }: Counted): void {
    // Nearly all of a group fall into one hour and have one source.
    let [hour, source, window, distinct] = [-1, '', emptyWindow(), sharedBy]
    for (const reading of group.readings) {
      const readingHour = Math.floor(reading.atMs / hourMs)
      const readingSource = reading.kind === 'summary' ? 'metrics' : 'calls'
      if (readingHour !== hour || readingSource !== source) {
        const place = { systemId: group.systemId, hour: readingHour, source: readingSource } as const
        const found = this.#windowOf(place, shown)
        window = found.window
        distinct = sharedBy ?? (found.shared ? `${shown.fingerprint} ${shown.route}` : undefined)
        hour = readingHour
        source = readingSource
      }
      if (reading.kind === 'summary') addSummary(window, distinct === undefined ? reading : { ...reading, distinct })
      else addMeasurement(window, distinct === undefined ? reading.measurement : { ...reading.measurement, distinct })
    }
  }

  #windowOf(place: Place, names: Names): { window: WindowAggregate; shared: boolean } {
    const there = this.#byKey.get(keyOf(place, names))
    if (there !== undefined) return { window: there.window, shared: false }
    const shared = this.#byKey.size >= this.#most
    const shown = shared ? { ...names, fingerprint: overflow, route: overflow } : names
    return { window: this.#made(place, shown), shared }
  }

  #made(place: Place, names: Names): WindowAggregate {
    const id = keyOf(place, names)
    const there = this.#byKey.get(id)
    if (there !== undefined) return there.window
    const { systemId, hour, source } = place
    const key: Key = { system_id: systemId, hour: new Date(hour * hourMs).toISOString(), source, ...names }
    const window = emptyWindow()
    this.#byKey.set(id, { key, window })
    return window
  }

  /** Merges what is in memory into what is kept, under row locks taken in the order of the keys. */
  async write(tx: Transaction, tenantId: string): Promise<void> {
    let left = [...this.#byKey.values()].toSorted((a, b) => (order(a.key) < order(b.key) ? -1 : 1))
    // A row that another transaction made in between is locked and merged in the next round.
    while (left.length > 0) {
      const kept = await lock(
        tx,
        tenantId,
        left.map(({ key }) => key),
      )
      const known = left.filter(({ key }) => kept.has(order(key)))
      for (const { key, window } of known) {
        const there = kept.get(order(key))
        if (there !== undefined) mergeWindow(window, windowFromJson(there))
      }
      await update(tx, tenantId, known)
      const fresh = left.filter(({ key }) => !kept.has(order(key)))
      const made = await insert(tx, tenantId, fresh)
      left = fresh.filter(({ key }) => !made.has(order(key)))
    }
  }
}

interface Place {
  readonly systemId: string
  readonly hour: number
  readonly source: Key['source']
}

function keyOf({ systemId, hour, source }: Place, { environment, fingerprint, route }: Names): string {
  return `${systemId} ${environment} ${hour} ${fingerprint} ${route} ${source}`
}

function order({ system_id, environment, hour, fingerprint, route, source }: Key): string {
  return `${system_id} ${environment} ${hour} ${fingerprint} ${route} ${source}`
}

const columns = sql`system_id uuid, environment text, hour timestamptz, fingerprint text, route text, source text`

async function lock(tx: Transaction, tenantId: string, keys: readonly Key[]): Promise<Map<string, WindowJson>> {
  const { rows } = await sql<Omit<Key, 'hour'> & { hour: Date; aggregate: WindowJson }>`
    select w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source, w.aggregate
    from telemetry_window w
    join jsonb_to_recordset(${json(keys)}) as k(${columns})
      using (system_id, environment, hour, fingerprint, route, source)
    where w.tenant_id = ${tenantId}
    order by w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source
    for update of w`.execute(tx)
  return new Map(rows.map((row) => [order({ ...row, hour: row.hour.toISOString() }), row.aggregate]))
}

type Kept = readonly { readonly key: Key; readonly window: WindowAggregate }[]

async function update(tx: Transaction, tenantId: string, kept: Kept): Promise<void> {
  if (kept.length === 0) return
  await sql`
    update telemetry_window w set aggregate = k.aggregate, price_version = ${priceVersion}, updated_at = now()
    from jsonb_to_recordset(${json(rowsOf(kept))}) as k(${columns}, aggregate jsonb)
    where w.tenant_id = ${tenantId} and (w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source)
      = (k.system_id, k.environment, k.hour, k.fingerprint, k.route, k.source)`.execute(tx)
}

async function insert(tx: Transaction, tenantId: string, fresh: Kept): Promise<Set<string>> {
  if (fresh.length === 0) return new Set()
  const { rows } = await sql<Omit<Key, 'hour'> & { hour: Date }>`
    insert into telemetry_window (tenant_id, system_id, environment, hour, fingerprint, route, source, aggregate, price_version)
    select ${tenantId}::uuid, system_id, environment, hour, fingerprint, route, source, aggregate, ${priceVersion}
    from jsonb_to_recordset(${json(rowsOf(fresh))}) as k(${columns}, aggregate jsonb)
    order by system_id, environment, hour, fingerprint, route, source
    on conflict do nothing
    returning system_id, environment, hour, fingerprint, route, source`.execute(tx)
  return new Set(rows.map((row) => order({ ...row, hour: row.hour.toISOString() })))
}

function rowsOf(kept: Kept): object[] {
  return kept.map(({ key, window }) => ({ ...key, aggregate: windowToJson(window) }))
}
