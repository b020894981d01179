import { ProblemError, type SeriesMeasure, type TelemetrySeries, type telemetrySeriesQuery } from '@afterai/contract'
import { emptyWindow, mergeWindow, type WindowAggregate } from '@afterai/evidence'
import { type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { permissionsHeld, type Principal } from '../../access/index.ts'
import type { Tables, Transaction } from '../../platform/database.ts'
import { keptWindow } from '../kept-window.ts'
import { figureOf } from './figures.ts'

type Query = z.infer<typeof telemetrySeriesQuery>

const hourMs = 3_600_000
const mostPoints = 400
const mostMarkers = 100
/** Hours of a point, the shortest first: parts of a day, days, weeks. Five years take the longest. */
const sizes = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168]
const longestMs = 5 * 366 * 24 * hourMs
/** There are as many windows as hours, routes and configurations. They are read and merged some at a time, so that others have their turn. */
const mostWindows = 12_000
const windowsAtOnce = 500

/** The points of a series: when each begins, how long they are, and when what is asked for ends. */
interface Grid {
  readonly startMs: number
  readonly sizeMs: number
  readonly count: number
  readonly endMs: number
}

/**
 * Reads measures over time. @throws ProblemError `not_found` for an unknown system, `invalid_request` for a time that has no end or no length
 */
export async function readSeries(tx: Transaction, principal: Principal, query: Query): Promise<TelemetrySeries> {
  const grid = gridOf(query)
  const { system, environment, measures } = query
  const place = {
    tenantId: principal.tenantId,
    systemId: await systemIdOf(tx, principal.tenantId, system),
    environment,
  }
  const { windows, wholeFromMs } = await readBuckets(tx, place, grid)
  const points = Array.from({ length: grid.count }, (_, nth) => {
    const atMs = grid.startMs + nth * grid.sizeMs
    const window = atMs < wholeFromMs ? undefined : windows.get(nth)
    return { at: instantOf(atMs), ...Object.fromEntries(measures.map((it) => [it, valueOf(window, it)])) }
  })
  const mayReadChanges = permissionsHeld(principal).includes('change:read')
  return {
    system,
    environment,
    bucketHours: grid.sizeMs / hourMs,
    wholeFrom: instantOf(wholeFromMs),
    points,
    markers: mayReadChanges ? await readMarkers(tx, place, query) : [],
  }
}

/** Chooses the shortest points of which there are few enough. They begin where hours and days of UTC do, whatever is asked for. */
export function gridOf({ from, to }: Pick<Query, 'from' | 'to'>): Grid {
  const [fromMs, endMs] = [Date.parse(from), Date.parse(to)]
  if (endMs <= fromMs) refuse('is not after from')
  if (endMs - fromMs > longestMs) refuse('lies more than five years after from')
  for (const hours of sizes) {
    const sizeMs = hours * hourMs
    const startMs = Math.floor(fromMs / sizeMs) * sizeMs
    const count = Math.ceil((endMs - startMs) / sizeMs)
    if (count <= mostPoints) return { startMs, sizeMs, count, endMs }
  }
  throw new RangeError('no point is long enough')
}

function refuse(detail: string): never {
  throw new ProblemError('invalid_request', { errors: [{ pointer: '/querystring/to', detail }] })
}

async function systemIdOf(tx: Transaction, tenantId: string, name: string): Promise<string> {
  const system = await tx
    .selectFrom('system')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (system === undefined) throw new ProblemError('not_found', { detail: 'there is no system of this name' })
  return system.id
}

interface Place {
  readonly tenantId: string
  readonly systemId: string
  readonly environment: string
}

/** One hour, by who told of it: what metrics tell of the same calls isn't counted again. */
type Hour = Partial<Record<'calls' | 'metrics', WindowAggregate>>

/** Merges windows into points, the newest first, and tells from where on all of them were read. */
async function readBuckets(tx: Transaction, place: Place, grid: Grid) {
  const windows = new Map<number, WindowAggregate>()
  let hour: { readonly at: Date; readonly told: Hour } | undefined
  const close = (): void => {
    const told = hour?.told.calls ?? hour?.told.metrics
    if (hour === undefined || told === undefined) return
    const nth = Math.floor((hour.at.getTime() - grid.startMs) / grid.sizeMs)
    const bucket = windows.get(nth) ?? emptyWindow()
    mergeWindow(bucket, told)
    windows.set(nth, bucket)
  }
  let last: Row | undefined
  for (let read = 0; read < mostWindows; read += windowsAtOnce) {
    const rows = await readWindows(tx, place, grid, last)
    for (const row of rows) {
      if (hour?.at.getTime() !== row.hour.getTime()) {
        close()
        hour = { at: row.hour, told: {} }
      }
      mergeWindow((hour.told[row.source] ??= emptyWindow()), keptWindow(row))
    }
    last = rows.at(-1)
    if (rows.length < windowsAtOnce) {
      close()
      return { windows, wholeFromMs: grid.startMs }
    }
  }
  // The last hour may have more than was read, and so is no part of what is whole.
  const lastMs = last?.hour.getTime() ?? grid.startMs
  const nth = Math.floor((lastMs - grid.startMs) / grid.sizeMs) + 1
  return { windows, wholeFromMs: grid.startMs + nth * grid.sizeMs }
}

type Row = Pick<
  Selectable<Tables['telemetry_window']>,
  'hour' | 'fingerprint' | 'route' | 'source' | 'aggregate' | 'packed'
>

function readWindows(
  tx: Transaction,
  { tenantId, systemId, environment }: Place,
  grid: Grid,
  after: Row | undefined,
): Promise<Row[]> {
  return tx
    .selectFrom('telemetry_window as w')
    .select(['w.hour', 'w.fingerprint', 'w.route', 'w.source', 'w.aggregate', 'w.packed'])
    .where('w.tenant_id', '=', tenantId)
    .where('w.system_id', '=', systemId)
    .where('w.environment', '=', environment)
    .where('w.hour', '>=', new Date(grid.startMs))
    .where('w.hour', '<', new Date(grid.endMs))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(w.hour, w.fingerprint, w.route, w.source)
          < (${after?.hour.toISOString()}::timestamptz, ${after?.fingerprint}, ${after?.route}, ${after?.source})`,
      ),
    )
    .orderBy('w.hour', 'desc')
    .orderBy('w.fingerprint', 'desc')
    .orderBy('w.route', 'desc')
    .orderBy('w.source', 'desc')
    .limit(windowsAtOnce)
    .execute()
}

function valueOf(window: WindowAggregate | undefined, measure: SeriesMeasure): number | null {
  if (window === undefined) return null
  // An hour of which all was taken back tells nothing; metrics may tell of tokens and not of calls.
  if (measure === 'calls') return window.calls === 0 ? null : window.calls
  return figureOf(window, measure).value
}

/** Changes that began to run in that time: by the run that tells of them, else when they were implemented, else when what was seen was told. */
async function readMarkers(tx: Transaction, { tenantId, systemId, environment }: Place, { from, to }: Query) {
  const { rows } = await sql<{ id: string; title: string; at: Date }>`
    select id, title, at from (
      select c.id, c.title, coalesce(
        (select min(r.started_at) from run r where r.tenant_id = c.tenant_id and r.change_id = c.id),
        c.implemented_at, case when c.intent <> 'proposed' then c.opened_at end) as at
      from change c
      where c.tenant_id = ${tenantId} and c.system_id = ${systemId} and c.environment = ${environment}
        and c.status <> 'dismissed' and c.merged_into is null
    ) began
    where at >= ${from}::timestamptz and at < ${to}::timestamptz
    order by at desc, id desc limit ${mostMarkers}`.execute(tx)
  return rows.toReversed().map(({ id, title, at }) => ({ at: at.toISOString(), changeId: id, title }))
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
