import type { Measurement } from '@afterai/evidence'
import { sql } from 'kysely'
import { holdLock, json, type Transaction } from '../../platform/database.ts'
import type { CountedCall, TakenBack, WindowKey } from '../intake/windows.ts'
import { figuresIn, leftOf, onlyFigures, withoutFigures } from './figures.ts'
import { infoBits, recordWords } from './span-records.ts'

/** How long a group of spans is remembered in the database. */
const keptFor = '10 minutes'

/** One group of spans as it is kept: their records, and the keys of those that it took back. */
export interface LoggedGroup {
  readonly row: number
  readonly records: Uint32Array
  readonly takenBack: Uint32Array
}

/** A request of an earlier group, by its row and its key, and its record's `info` before this group and after it. */
export interface EarlierCall {
  readonly row: number
  readonly high: number
  readonly low: number
  readonly before: number
  readonly after: number
}

/** One that takes in spans of a tenant at a time, in all processes, until the end of its transaction. */
export async function lockSpans(tx: Transaction, tenantId: string): Promise<void> {
  await holdLock(tx, `telemetry ${tenantId} spans`)
}

/** The groups after a row, in the order in which they were taken in. */
export async function readGroups(tx: Transaction, tenantId: string, after: number): Promise<LoggedGroup[]> {
  const rows = await tx
    .selectFrom('telemetry_span_group')
    .select(['id', 'spans', 'taken_back'])
    .where('tenant_id', '=', tenantId)
    .where('id', '>', after)
    .orderBy('id')
    .execute()
  return rows.map(({ id, spans, taken_back }) => ({
    row: id,
    records: wordsOf(spans),
    takenBack: wordsOf(taken_back),
  }))
}

interface Group {
  readonly records: Uint32Array
  readonly takenBack: readonly EarlierCall[]
  readonly counted: readonly CountedCall[]
}

/** Keeps a group. @returns its row */
export async function writeGroup(tx: Transaction, tenantId: string, group: Group): Promise<number> {
  const { places, bytes } = callsToBytes(group.counted)
  const takenBack = Uint32Array.from(group.takenBack.flatMap(({ high, low }) => [high, low]))
  const { rows } = await sql<{ id: number }>`
    insert into telemetry_span_group (tenant_id, spans, taken_back, places, counted)
    values (${tenantId}, ${bytesOf(group.records)}, ${bytesOf(takenBack)}, ${json(places)}, ${bytes})
    returning id`.execute(tx)
  return rows[0]?.id ?? 0
}

/** Lets go of groups that are too old, or whose spans are more than are remembered. */
export async function purgeGroups(tx: Transaction, tenantId: string, before: number): Promise<void> {
  await sql`
    delete from telemetry_span_group where tenant_id = ${tenantId}
      and (id < ${before} or taken_at < now() - ${keptFor}::interval)`.execute(tx)
}

/** Reads the measurements of requests of earlier groups that count no more, and their windows. */
export async function readCounted(
  tx: Transaction,
  tenantId: string,
  calls: readonly EarlierCall[],
): Promise<TakenBack[]> {
  if (calls.length === 0) return []
  const rows = await tx
    .selectFrom('telemetry_span_group')
    .select(['id', 'places', 'counted'])
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', [...new Set(calls.map(({ row }) => row))])
    .execute()
  const wanted = new Map(calls.map((it) => [`${it.row} ${it.high} ${it.low}`, it]))
  return rows.flatMap(({ id, places, counted }) =>
    callsFromBytes(places as Places, counted, (high, low) => wanted.get(`${id} ${high} ${low}`)),
  )
}

/**
 * Reduces a request's measurement to the part that counts no more. Of one that counted it is all but the figures that are left, of one that didn't
 * the figures that aren't any more.
 */
function lostOf(measurement: Measurement, { before, after }: EarlierCall): Measurement {
  if ((before & infoBits.counted) !== 0) return withoutFigures(measurement, leftOf(after))
  return onlyFigures(measurement, figuresIn(leftOf(before) & ~leftOf(after)))
}

interface Places {
  readonly keys: readonly WindowKey[]
  readonly finishReasons: readonly string[]
}

const callBytes = 40
const absent = 0xffff_ffff
const flags = ['error', 'refused', 'unidentified', 'unpriced'] as const

/** Where calls are counted, and 40 bytes of each: its key, its place, flags and finish reason, tokens, latency and cost. */
function callsToBytes(calls: readonly CountedCall[]): { places: Places; bytes: Buffer } {
  const keys = new Map<WindowKey, number>()
  const finishReasons = new Map<string | undefined, number>([[undefined, 0]])
  const bytes = Buffer.alloc(calls.length * callBytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const [index, { call, key }] of calls.entries()) {
    const at = index * callBytes
    const { measurement: it, spans, span } = call
    const words = spans.words
    const set = flags.reduce((bits, flag, bit) => (it[flag] === true ? bits | (1 << bit) : bits), 0)
    view.setUint32(at, words[span * recordWords] ?? 0)
    view.setUint32(at + 4, words[span * recordWords + 1] ?? 0)
    view.setUint32(at + 8, placeIn(keys, key))
    view.setUint32(at + 12, set | (placeIn(finishReasons, it.finishReason) << 8))
    view.setUint32(at + 16, it.inputTokens ?? absent)
    view.setUint32(at + 20, it.outputTokens ?? absent)
    view.setFloat64(at + 24, it.latencyMs ?? Number.NaN)
    view.setFloat64(at + 32, it.costUsd ?? Number.NaN)
  }
  const [, ...named] = finishReasons.keys()
  return { places: { keys: [...keys.keys()], finishReasons: named as string[] }, bytes }
}

function placeIn<T>(places: Map<T, number>, it: T): number {
  const there = places.get(it)
  if (there !== undefined) return there
  places.set(it, places.size)
  return places.size - 1
}

function callsFromBytes(
  { keys, finishReasons }: Places,
  bytes: Uint8Array,
  wanted: (high: number, low: number) => EarlierCall | undefined,
): TakenBack[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const calls: TakenBack[] = []
  for (let at = 0; at + callBytes <= bytes.length; at += callBytes) {
    const key = keys[view.getUint32(at + 8)]
    const earlier = wanted(view.getUint32(at), view.getUint32(at + 4))
    if (key === undefined || earlier === undefined) continue
    const bits = view.getUint32(at + 12)
    const tokens = [view.getUint32(at + 16), view.getUint32(at + 20)].map((it) => (it === absent ? undefined : it))
    const amounts = [view.getFloat64(at + 24), view.getFloat64(at + 32)].map((it) =>
      Number.isNaN(it) ? undefined : it,
    )
    const measurement = {
      isCall: true,
      inputTokens: tokens[0],
      outputTokens: tokens[1],
      latencyMs: amounts[0],
      costUsd: amounts[1],
      finishReason: finishReasons[(bits >>> 8) - 1],
      ...Object.fromEntries(flags.map((flag, bit) => [flag, (bits & (1 << bit)) !== 0])),
    }
    calls.push({ key, measurement: lostOf(measurement, earlier) })
  }
  return calls
}

// Words as this processor writes them: all that AfterAI runs on write the lowest byte first.
function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength)
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes).buffer)
}
