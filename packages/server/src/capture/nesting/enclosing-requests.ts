import type { Transaction } from '../../platform/database.ts'
import type { Batch } from '../intake/batch.ts'
import type { CaptureLimits } from '../limits.ts'
import type { CallReading, Reading } from '../readings.ts'
import { arrive } from './arrival.ts'
import { knowsMore, leftOf, onlyFigures, toldBits, withAllTold } from './figures.ts'
import { createLogBudget, type LogBudget } from './log-budget.ts'
import type { CountedCall, TakenBack } from '../intake/windows.ts'
import {
  type EarlierCall,
  lockSpans,
  type LoggedGroup,
  purgeGroups,
  readCounted,
  readGroups,
  writeGroup,
} from './span-log.ts'
import { nowhere, SpanMemory, unlogged } from './span-memory.ts'
import { infoBits, recordFields, recordWords } from './span-records.ts'

/** Requests that lie around others, as the spans of a group show them. */
export interface Enclosing {
  /** Requests of the group that don't count: one that they lie around, and that describes the same, does. With the figures that those lack. */
  readonly enclosing: ReadonlyMap<Reading, CallReading | undefined>
  /** Measurements of such requests that had been counted before, and that others give now. */
  readonly takenBack: readonly TakenBack[]
  /** Requests that may know of tokens that nothing counts, each as the batch that showed it. */
  readonly knowing: readonly Batch[]
  /** Keeps where the group's requests were counted. @returns how many of its spans only this process remembers, since they came faster than are kept for all */
  note(counted: readonly CountedCall[]): Promise<number>
}

/** Finds requests that lie around others and describe the same (ADR 0023). */
export interface EnclosingRequests {
  settle(tx: Transaction, tenantId: string, batches: readonly Batch[]): Promise<Enclosing>
  forget(tenantId: string): void
}

/** The memory of a tenant's spans, and how far it has followed the log. */
interface Remembered {
  readonly memory: SpanMemory
  /** The last row of the log that it has read or written. */
  row: number
  purgedAtMs: number
}

type Limits = Pick<CaptureLimits, 'spans' | 'loggedSpansPerSecond'>

const purgedEveryMs = 10_000
const nothing: Enclosing = { enclosing: new Map(), takenBack: [], knowing: [], note: async () => 0 }
const { key, info } = recordFields

/** A tenant's spans are taken in by one transaction after the other, in all processes; each first reads what the others have added. */
export function createEnclosingRequests(limits: Limits): EnclosingRequests {
  const tenants = new Map<string, Remembered>()
  const budget = createLogBudget(limits.loggedSpansPerSecond)
  const recall = (tenantId: string): Remembered => {
    const it = tenants.get(tenantId) ?? { memory: new SpanMemory(limits.spans.each), row: 0, purgedAtMs: Date.now() }
    // The last in the map is the one that was used last.
    tenants.delete(tenantId)
    tenants.set(tenantId, it)
    return it
  }
  const makeRoom = (): void => {
    let all = [...tenants.values()].reduce((sum, { memory }) => sum + memory.capacity, 0)
    for (const [tenantId, { memory }] of [...tenants].slice(0, -1)) {
      if (all <= limits.spans.process) break
      tenants.delete(tenantId)
      all -= memory.capacity
    }
  }
  return {
    async settle(tx, tenantId, batches) {
      if (batches.every(({ spans }) => spans.count === 0)) return nothing
      await lockSpans(tx, tenantId)
      const remembered = recall(tenantId)
      for (const group of await readGroups(tx, tenantId, remembered.row)) replay(remembered, group)
      const group = takeIn(remembered.memory, batches)
      makeRoom()
      const takenBack = await readCounted(tx, tenantId, group.earlier)
      return {
        enclosing: enclosingAmong(batches, group.records),
        takenBack,
        knowing: group.knowing,
        note: (counted) => note(tx, tenantId, { remembered, group, counted, budget }),
      }
    },
    forget: (tenantId) => void tenants.delete(tenantId),
  }
}

function replay(remembered: Remembered, { row, records, takenBack }: LoggedGroup): void {
  const { memory } = remembered
  for (let at = 0; at < records.length; at += recordWords) {
    const { span } = arrive(memory, records, at, () => undefined)
    if (span === nowhere) continue
    memory.setRow(span, row)
    // What its own process decided holds.
    memory.mark(span, infoBits.counted, ((records[at + info] ?? 0) & infoBits.counted) !== 0)
  }
  for (let at = 0; at < takenBack.length; at += 2) {
    const span = memory.find(takenBack[at] ?? 0, takenBack[at + 1] ?? 0)
    if (span !== nowhere) memory.mark(span, infoBits.counted, false)
  }
  remembered.row = row
}

interface TakenIn {
  /** The records of all its batches, with whether they count. */
  readonly records: Uint32Array
  /** Their numbers in the memory. */
  readonly spans: readonly number[]
  /** Calls of earlier groups of which something had counted that doesn't any more. */
  readonly earlier: readonly EarlierCall[]
  readonly knowing: readonly Batch[]
}

const settledBits = infoBits.counted | toldBits

function takeIn(memory: SpanMemory, batches: readonly Batch[]): TakenIn {
  const records = recordsOf(batches)
  const spans: number[] = []
  const earlier = new Map<number, EarlierCall>()
  const knowing = new Map<number, Batch>()
  const settle = (place: number, told: number): void => {
    const at = place * recordWords + info
    records[at] = ((records[at] ?? 0) & ~settledBits) | (told & settledBits)
  }
  const enclosing = (batch: Batch) => (span: number, before: number) => {
    const row = memory.rowOf(span)
    const after = memory.word(span, info)
    // It can't be taken back, so it stays as it was counted.
    if (row === unlogged) return memory.setInfo(span, before)
    know(knowing, span, batch, { before, after })
    if (row < 0) return settle(-1 - row, after)
    if (((before ^ after) & settledBits) === 0) return
    const [high, low] = [memory.word(span, key), memory.word(span, key + 1)]
    earlier.set(span, { row, high, low, before: earlier.get(span)?.before ?? before, after })
  }
  for (const batch of batches) {
    const more = enclosing(batch)
    for (let left = batch.spans.count; left > 0; left--) {
      const place = spans.length
      const { span, info: told } = arrive(memory, records, place * recordWords, more)
      spans.push(span)
      // Of a span that came before nothing counts again.
      settle(place, span === nowhere ? withAllTold(records[place * recordWords + info] ?? 0) : told)
      if (span === nowhere) continue
      know(knowing, span, batch, { before: 0, after: told })
      // Where it is in the group, until it has a row.
      memory.setRow(span, -1 - place)
    }
  }
  return { records, spans, earlier: [...earlier.values()], knowing: [...knowing.values()] }
}

function recordsOf(batches: readonly Batch[]): Uint32Array {
  const records = new Uint32Array(batches.reduce((sum, { spans }) => sum + spans.words.length, 0))
  let filled = 0
  for (const { spans } of batches) {
    records.set(spans.words, filled)
    filled += spans.words.length
  }
  return records
}

/** Keeps which batch showed first that a request may know more than is counted, unless a later one shows that it doesn't. */
function know(
  knowing: Map<number, Batch>,
  span: number,
  batch: Batch,
  { before, after }: { readonly before: number; readonly after: number },
): void {
  if (!knowsMore(after)) knowing.delete(span)
  else if (!knowsMore(before)) knowing.set(span, batch)
}

function enclosingAmong(batches: readonly Batch[], records: Uint32Array): Map<Reading, CallReading | undefined> {
  const found = new Map<Reading, CallReading | undefined>()
  let before = 0
  for (const { readings, spans } of batches) {
    for (const reading of readings) {
      if (!hasSpan(reading)) continue
      const told = records[(before + reading.span) * recordWords + info] ?? 0
      if ((told & infoBits.counted) !== 0) continue
      const left = leftOf(told)
      const rest = { ...reading, isRest: true, measurement: onlyFigures(reading.measurement, left) } as const
      found.set(reading, left === 0 ? undefined : rest)
    }
    before += spans.count
  }
  return found
}

function hasSpan(reading: Reading): reading is CallReading {
  return reading.kind === 'call' && reading.span >= 0
}

interface Noting {
  readonly remembered: Remembered
  readonly group: TakenIn
  readonly counted: readonly CountedCall[]
  readonly budget: LogBudget
}

async function note(
  tx: Transaction,
  tenantId: string,
  { remembered, group, counted, budget }: Noting,
): Promise<number> {
  const { memory } = remembered
  const { records, spans, earlier } = group
  // What was taken back must be known to all, or another process would take it back once more.
  const isLogged = budget.take(tenantId, spans.length) || earlier.length > 0
  const row = isLogged ? await writeGroup(tx, tenantId, { records, takenBack: earlier, counted }) : unlogged
  for (const span of spans) if (span !== nowhere) memory.setRow(span, row)
  if (isLogged) remembered.row = row
  if (Date.now() - remembered.purgedAtMs >= purgedEveryMs) {
    remembered.purgedAtMs = Date.now()
    await purgeGroups(tx, tenantId, memory.oldestRow)
  }
  return isLogged ? 0 : spans.length
}
