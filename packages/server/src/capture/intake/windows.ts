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
import type { SettledReading } from '../readings.ts'

const hourMs = 3_600_000

interface Names {
  readonly fingerprint: string
  readonly route: string
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

  /** Counts a reading under the names that are shown; `own` are the names that it came with. */
  add(systemId: string, reading: SettledReading, own: Names, shown: Names): void {
    const hour = Math.floor(reading.atMs / hourMs) * hourMs
    const source = reading.kind === 'summary' ? 'metrics' : 'calls'
    const id = `${systemId} ${reading.environment} ${hour} ${shown.fingerprint} ${shown.route} ${source}`
    let it = this.#byKey.get(id)
    if (it === undefined) {
      const key: Key = {
        system_id: systemId,
        environment: reading.environment,
        hour: new Date(hour).toISOString(),
        fingerprint: shown.fingerprint,
        route: shown.route,
        source,
      }
      it = { key, window: emptyWindow() }
      this.#byKey.set(id, it)
    }
    const { window } = it
    if (reading.kind === 'summary') return addSummary(window, reading)
    const shared = shown.fingerprint === overflow || shown.route === overflow
    addMeasurement(
      window,
      shared ? { ...reading.measurement, distinct: `${own.fingerprint} ${own.route}` } : reading.measurement,
    )
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
