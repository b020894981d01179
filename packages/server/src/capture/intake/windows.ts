import {
  addMeasurement,
  addSummary,
  emptyWindow,
  type Measurement,
  mergeWindow,
  packWindow,
  takeBackMeasurement,
  type WindowAggregate,
} from '@afterai/evidence'
import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import { type KeptColumns, keptWindow } from '../kept-window.ts'
import { overflow } from '../limits.ts'
import { priceVersion } from '../prices.ts'
import type { CallReading } from '../readings.ts'
import type { ReadingGroup } from './reading-group.ts'

/** The measurement of a request that had been counted and isn't any more, and the window that it was in. */
export interface TakenBack {
  readonly key: WindowKey
  readonly measurement: Measurement
}

const hourMs = 3_600_000

/** Names that readings are counted under. */
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

/** The key of one window: its system, environment, hour, configuration, route and source. */
export interface WindowKey {
  readonly system_id: string
  readonly environment: string
  readonly hour: string
  readonly fingerprint: string
  readonly route: string
  readonly source: 'calls' | 'metrics'
}

/** A call whose span is known, and where it was counted. */
export interface CountedCall {
  readonly call: CallReading
  readonly key: WindowKey
}

interface Counting {
  readonly key: WindowKey
  readonly window: WindowAggregate
}

/** Aggregates of hours, in memory. */
export class Windows {
  readonly #byKey = new Map<string, Counting>()
  readonly #most: number
  /** Calls that may turn out to enclose another, and then have to be taken back. */
  readonly counted: CountedCall[] = []

  /** @param most windows that tell configurations and routes apart; what comes in others after them shares one for each hour */
  constructor(most: number) {
    this.#most = most
  }

  /** Counts the readings of a group. */
  add(group: ReadingGroup, { shown, sharedBy }: Counted): void {
    // Nearly all of a group fall into one hour and have one source.
    let [hour, source, distinct] = [-1, '', sharedBy]
    let counting: Counting | undefined
    for (const reading of group.readings) {
      if (reading.kind === 'agent') continue
      const readingHour = Math.floor(reading.atMs / hourMs)
      const readingSource = reading.kind === 'summary' ? 'metrics' : 'calls'
      if (counting === undefined || readingHour !== hour || readingSource !== source) {
        const place = { systemId: group.systemId, hour: readingHour, source: readingSource } as const
        const found = this.#windowOf(place, shown)
        counting = found.counting
        distinct = sharedBy ?? (found.shared ? `${shown.fingerprint} ${shown.route}` : undefined)
        hour = readingHour
        source = readingSource
      }
      const { window, key } = counting
      if (reading.kind === 'call' && reading.span >= 0) this.counted.push({ call: reading, key })
      if (reading.kind === 'summary') addSummary(window, distinct === undefined ? reading : { ...reading, distinct })
      else addMeasurement(window, distinct === undefined ? reading.measurement : { ...reading.measurement, distinct })
    }
  }

  /** Takes back what had been counted in an hour that is kept. */
  takeBack({ key, measurement }: TakenBack): void {
    const place = { systemId: key.system_id, hour: Date.parse(key.hour) / hourMs, source: key.source }
    takeBackMeasurement(this.#made(place, key).window, measurement)
  }

  #windowOf(place: Place, names: Names): { counting: Counting; shared: boolean } {
    const there = this.#byKey.get(keyOf(place, names))
    if (there !== undefined) return { counting: there, shared: false }
    const shared = this.#byKey.size >= this.#most
    const shown = shared ? { ...names, fingerprint: overflow, route: overflow } : names
    return { counting: this.#made(place, shown), shared }
  }

  #made(place: Place, { environment, fingerprint, route }: Names): Counting {
    const id = keyOf(place, { environment, fingerprint, route })
    const there = this.#byKey.get(id)
    if (there !== undefined) return there
    const { systemId, hour, source } = place
    const at = new Date(hour * hourMs).toISOString()
    const key: WindowKey = { system_id: systemId, hour: at, source, environment, fingerprint, route }
    const made = { key, window: emptyWindow() }
    this.#byKey.set(id, made)
    return made
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
        if (there !== undefined) mergeWindow(window, there)
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
  readonly source: WindowKey['source']
}

function keyOf({ systemId, hour, source }: Place, { environment, fingerprint, route }: Names): string {
  return `${systemId} ${environment} ${hour} ${fingerprint} ${route} ${source}`
}

function order({ system_id, environment, hour, fingerprint, route, source }: WindowKey): string {
  return `${system_id} ${environment} ${hour} ${fingerprint} ${route} ${source}`
}

const columns = sql`system_id uuid, environment text, hour timestamptz, fingerprint text, route text, source text`

async function lock(
  tx: Transaction,
  tenantId: string,
  keys: readonly WindowKey[],
): Promise<Map<string, WindowAggregate>> {
  const { rows } = await sql<Omit<WindowKey, 'hour'> & { hour: Date } & KeptColumns>`
    select w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source, w.aggregate, w.packed
    from telemetry_window w
    join jsonb_to_recordset(${json(keys)}) as k(${columns})
      using (system_id, environment, hour, fingerprint, route, source)
    where w.tenant_id = ${tenantId}
    order by w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source
    for update of w`.execute(tx)
  return new Map(rows.map((row) => [order({ ...row, hour: row.hour.toISOString() }), keptWindow(row)]))
}

type Kept = readonly { readonly key: WindowKey; readonly window: WindowAggregate }[]

async function update(tx: Transaction, tenantId: string, kept: Kept): Promise<void> {
  if (kept.length === 0) return
  await sql`
    update telemetry_window w set aggregate = null, packed = decode(k.packed, 'base64'), price_version = ${priceVersion}, updated_at = now()
    from jsonb_to_recordset(${json(rowsOf(kept))}) as k(${columns}, packed text)
    where w.tenant_id = ${tenantId} and (w.system_id, w.environment, w.hour, w.fingerprint, w.route, w.source)
      = (k.system_id, k.environment, k.hour, k.fingerprint, k.route, k.source)`.execute(tx)
}

async function insert(tx: Transaction, tenantId: string, fresh: Kept): Promise<Set<string>> {
  if (fresh.length === 0) return new Set()
  const { rows } = await sql<Omit<WindowKey, 'hour'> & { hour: Date }>`
    insert into telemetry_window (tenant_id, system_id, environment, hour, fingerprint, route, source, packed, price_version)
    select ${tenantId}::uuid, system_id, environment, hour, fingerprint, route, source, decode(packed, 'base64'), ${priceVersion}
    from jsonb_to_recordset(${json(rowsOf(fresh))}) as k(${columns}, packed text)
    order by system_id, environment, hour, fingerprint, route, source
    on conflict do nothing
    returning system_id, environment, hour, fingerprint, route, source`.execute(tx)
  return new Set(rows.map((row) => order({ ...row, hour: row.hour.toISOString() })))
}

function rowsOf(kept: Kept): object[] {
  return kept.map(({ key, window }) => ({ ...key, packed: Buffer.from(packWindow(window)).toString('base64') }))
}
