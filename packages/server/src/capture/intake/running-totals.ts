import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { holdLock, json, type Transaction } from '../../platform/database.ts'
import type { Reading, RunningReading, SettledReading } from '../readings.ts'
import type { Batch } from './batch.ts'

/** A batch of which only what is new is left. */
export type SettledBatch = Omit<Batch, 'readings'> & { readonly readings: readonly SettledReading[] }

interface Total {
  n: number
  sum: number
  toldAtMs: number
}

const hourMs = 3_600_000
/** A stream that told nothing for as long has ended; what it might still tell is too late. */
const seriesKept = '7 days'

/**
 * Turns running totals into what is new of them, by what their streams told last. Points that are no newer than that count nothing.
 * Of a stream that wasn't known the whole counts, if it began within the last hour; of an older one it isn't known which hours it belongs
 * to, so it only begins to count here. Streams are locked in the order of their digests.
 * @param limit most streams of the tenant; `overSeries` has how many points of others a batch held
 */
export async function settleRunningTotals(
  tx: Transaction,
  tenantId: string,
  batches: readonly Batch[],
  limit: number,
): Promise<{ settled: readonly SettledBatch[]; overSeries: ReadonlyMap<Batch, number> }> {
  const overSeries = new Map<Batch, number>()
  const names = new Set(batches.flatMap(({ readings }) => readings.filter(isRunning).map(({ series }) => series)))
  if (names.size === 0) return { settled: batches as readonly SettledBatch[], overSeries }
  const series = [...names].toSorted()
  const room = await roomFor(tx, tenantId, series, limit)
  const known = await lockTotals(tx, tenantId, series)
  const fresh = new Set(series.filter((name) => !known.has(name)).slice(0, room))
  const told = new Map(known)
  const settled = batches.map((batch) => {
    const readings: SettledReading[] = []
    for (const reading of batch.readings) {
      if (!isRunning(reading)) readings.push(reading)
      else if (known.has(reading.series) || fresh.has(reading.series)) readings.push(...newOf(reading, told))
      else overSeries.set(batch, (overSeries.get(batch) ?? 0) + 1)
    }
    return { ...batch, readings }
  })
  await writeTotals(tx, tenantId, told)
  return { settled, overSeries }
}

function isRunning(reading: Reading): reading is RunningReading {
  return reading.kind === 'running'
}

function newOf(reading: RunningReading, told: Map<string, Total>): SettledReading[] {
  const { series, startMs, kind: _kind, ...point } = reading
  const { n, sum, atMs: toldAtMs } = point
  const last = told.get(series)
  if (last !== undefined && toldAtMs <= last.toldAtMs) return []
  told.set(series, { n, sum, toldAtMs })
  if (last === undefined && (startMs === 0 || toldAtMs - startMs > hourMs)) return []
  // Fewer than before: it began anew without saying so, and all of it is new.
  const before = last === undefined || n < last.n ? { n: 0, sum: 0 } : last
  if (n === before.n) return []
  return [{ kind: 'summary', ...point, n: n - before.n, sum: Math.max(0, sum - before.sum) }]
}

/**
 * How many streams there is room for; 0 where all of these are known. Those that bring new ones take turns until the end of their
 * transactions, before they lock any stream, so that the limit holds, each stream begins once, and nobody waits in a circle.
 */
async function roomFor(tx: Transaction, tenantId: string, series: readonly string[], limit: number): Promise<number> {
  const count = tx
    .selectFrom('telemetry_series')
    .select(sql<number>`count(*)`.as('n'))
    .where('tenant_id', '=', tenantId)
  const known = await count.where(isOneOf(series)).executeTakeFirstOrThrow()
  if (known.n === series.length) return 0
  await holdLock(tx, `telemetry ${tenantId} series`)
  const all = await count.executeTakeFirstOrThrow()
  return Math.max(0, limit - all.n)
}

async function lockTotals(tx: Transaction, tenantId: string, series: readonly string[]): Promise<Map<string, Total>> {
  const { rows } = await sql<{ name: string; n: number; sum: number; told_at: Date }>`
    select encode(series, 'hex') as name, n, sum, told_at from telemetry_series
    where tenant_id = ${tenantId} and ${isOneOf(series)}
    order by series for update`.execute(tx)
  return new Map(rows.map(({ name, n, sum, told_at }) => [name, { n, sum, toldAtMs: told_at.getTime() }]))
}

function isOneOf(series: readonly string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`series in (select decode(it, 'hex') from jsonb_array_elements_text(${json(series)}) it)`
}

async function writeTotals(tx: Transaction, tenantId: string, told: ReadonlyMap<string, Total>): Promise<void> {
  const rows = [...told].map(([series, { toldAtMs, ...total }]) => ({ series, ...total, at: new Date(toldAtMs) }))
  await sql`
    insert into telemetry_series as it (tenant_id, series, n, sum, told_at)
    select ${tenantId}::uuid, decode(series, 'hex'), n, sum, at
    from jsonb_to_recordset(${json(rows)}) as row(series text, n bigint, sum float8, at timestamptz) order by series
    on conflict (tenant_id, series) do update set n = excluded.n, sum = excluded.sum, told_at = excluded.told_at`.execute(
    tx,
  )
}

/** Lets go of streams that have ended. */
export async function purgeSeries(tx: Transaction, tenantId: string): Promise<void> {
  await sql`
    delete from telemetry_series where tenant_id = ${tenantId} and told_at < now() - ${seriesKept}::interval`.execute(
    tx,
  )
}
