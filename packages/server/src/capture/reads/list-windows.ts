import { type DistributionView, ProblemError, type TelemetryWindow } from '@afterai/contract'
import {
  type Distribution,
  distinctIn,
  distributionTotals,
  emptyWindow,
  quantileOf,
  packWindow,
  type WindowJson,
  windowToJson,
} from '@afterai/evidence'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Transaction } from '../../platform/database.ts'
import { keptWindow } from '../kept-window.ts'

interface WindowQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly system: string
  readonly environment?: string | undefined
  readonly since?: string | undefined
}

const position = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string()])

const { distinct: _, ...emptyAggregate } = windowToJson(emptyWindow())
const emptiedJson = JSON.stringify(emptyAggregate)
const emptied = packWindow(emptyWindow())

/** One page of a system's hours, newest first. */
export async function listWindows(
  tx: Transaction,
  tenantId: string,
  { limit, cursor, system, environment, since }: WindowQuery,
): Promise<{ items: TelemetryWindow[]; nextCursor: string | null }> {
  const after = readPosition(cursor)
  const rows = await tx
    .selectFrom('telemetry_window as w')
    .selectAll('w')
    .where('w.tenant_id', '=', tenantId)
    // By its id, asked first: a join by the name would read the rows of others.
    .where('w.system_id', '=', (eb) =>
      eb.selectFrom('system').select('id').where('tenant_id', '=', tenantId).where('name', '=', system),
    )
    // An hour of which all was taken back shows nothing.
    .where(
      sql<boolean>`case when w.packed is null then w.aggregate - 'distinct' <> ${emptiedJson}::jsonb
        else substring(w.packed for ${emptied.length}) <> ${emptied} end`,
    )
    .$if(environment !== undefined, (query) => query.where('w.environment', '=', environment ?? ''))
    .$if(since !== undefined, (query) => query.where('w.hour', '>=', new Date(since ?? 0)))
    .$if(after !== undefined, (query) => {
      const [hour, of, fingerprint, route, source] = after ?? ['', '', '', '', '']
      // Each in the order of an index: with an environment its primary key, without one that of the feed.
      return query.where(
        environment === undefined
          ? sql<boolean>`(w.hour, w.environment, w.fingerprint, w.route, w.source) < (${hour}::timestamptz, ${of}, ${fingerprint}, ${route}, ${source})`
          : sql<boolean>`(w.hour, w.fingerprint, w.route, w.source) < (${hour}::timestamptz, ${fingerprint}, ${route}, ${source})`,
      )
    })
    .orderBy('w.hour', 'desc')
    .orderBy('w.environment', 'desc')
    .orderBy('w.fingerprint', 'desc')
    .orderBy('w.route', 'desc')
    .orderBy('w.source', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map((row) => toView(row, system))
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : cursorOf(last) }
}

function readPosition(cursor: string | undefined): z.infer<typeof position> | undefined {
  if (cursor === undefined) return undefined
  try {
    const parsed = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (!isHour(parsed[0]) || parsed.some((part) => part.includes('\0'))) throw new RangeError()
    return parsed
  } catch {
    throw new ProblemError('invalid_cursor')
  }
}

/** Whether it is written as `cursorOf` does: `Date` reads much that the database doesn't. */
function isHour(text: string): boolean {
  return /^(?!0000)\d{4}-/.test(text) && new Date(text).toISOString() === text
}

function cursorOf({ hour, environment, fingerprint, route, source }: TelemetryWindow): string {
  return Buffer.from(JSON.stringify([hour, environment, fingerprint, route, source])).toString('base64url')
}

interface Row {
  readonly environment: string
  readonly fingerprint: string
  readonly route: string
  readonly source: 'calls' | 'metrics'
  readonly hour: Date
  readonly aggregate: WindowJson | null
  readonly packed: Uint8Array | null
  readonly price_version: string | null
}

function toView(row: Row, system: string): TelemetryWindow {
  const window = keptWindow(row)
  const { calls, errors, refusals, agreed, disagreed, unidentified, unpriced } = window
  return {
    system,
    environment: row.environment,
    fingerprint: row.fingerprint,
    route: row.route,
    source: row.source,
    hour: row.hour.toISOString(),
    calls,
    errors,
    refusals,
    agreed,
    disagreed,
    unidentified,
    unpriced,
    latencyMs: distributionView(window.latencyMs),
    inputTokens: distributionView(window.inputTokens),
    outputTokens: distributionView(window.outputTokens),
    costUsd: distributionView(window.costUsd),
    scores: Object.fromEntries([...window.scores].map(([name, it]) => [name, distributionView(it)])),
    finishReasons: Object.fromEntries(window.finishReasons),
    distinct: distinctIn(window),
    priceVersion: row.price_version,
  }
}

function distributionView(it: Distribution): DistributionView {
  const quantile = (q: number): number | null => quantileOf(it.sketch, q) ?? null
  return { ...distributionTotals(it), p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) }
}
