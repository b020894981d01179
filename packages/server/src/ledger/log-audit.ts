import type { LogAuditLine } from '@afterai/contract'
import { encodeEntries, followNumbers, type NoteVerifier } from '@afterai/record'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import type { Limiter } from '../platform/limiter.ts'
import { damaged, readOrDamaged } from './damage.ts'
import type { LogAlarm } from './log-alarms.ts'
import { writePosition } from './log-position.ts'
import { refusedFaults } from './refused.ts'
import { endFaults, type LogPosition, numberOf, readExtent, unreadableExtent, verifyPage } from './verify-log.ts'

/** An order to verify a log: whose, from where, and to where. */
export interface LogAuditOrder {
  readonly tenantId: string
  readonly known: readonly NoteVerifier[]
  /** The position up to which it was verified before. */
  readonly position: LogPosition
  /** Where it ends; without it, where the log ends now. */
  readonly end: number | undefined
  readonly withEntries: boolean
  /** Why nothing more is signed for this log, where that is so. */
  readonly alarm: () => LogAlarm | undefined
  /** Whether to go on with another page. */
  readonly goesOn: () => boolean
  /** Has pages of several take turns. */
  readonly inTurn: Limiter
}

/**
 * Recomputes a log a page at a time, a line for each: the next page is read when the reader has taken the last one. No transaction stays
 * open meanwhile, and nothing of a page is kept, so that what it costs doesn't grow with the log. A line holds all that is needed to go on
 * after it, with this process or another.
 */
export async function* auditLines(db: Database, order: LogAuditOrder): AsyncGenerator<string | Uint8Array> {
  for (let { position, end } = order; ;) {
    const at = { ...order, position, end }
    const page = await order.inTurn(() => withTenant(db, order.tenantId, (tx) => auditPage(tx, at)))
    yield `${JSON.stringify(page.line)}\n`
    if (page.bundle !== undefined && page.bundle.length > 0) yield page.bundle
    // What is integrated meanwhile is left for the next time.
    end = page.line.end
    position = page.position
    if (position.size >= end || !order.goesOn()) return
  }
}

interface Page {
  readonly line: LogAuditLine
  /** The entries, as bytes: as text, they would stay in memory for long. */
  readonly bundle?: Uint8Array | undefined
  readonly position: LogPosition
}

async function auditPage(tx: Transaction, order: LogAuditOrder): Promise<Page> {
  const { tenantId, known, position, withEntries } = order
  const from = position.size
  const extent = await readOrDamaged(tx, () => readExtent(tx, tenantId))
  if (extent === damaged) return broken(position, [unreadableExtent])
  if (extent.end < from) return broken(position, [`${from} entries were verified before; ${extent.end} are here`])
  const end = Math.max(from, Math.min(order.end ?? extent.end, extent.end))
  const numbers = followNumbers()
  const entries: Uint8Array[] = []
  const page = await verifyPage(tx, tenantId, {
    position,
    end,
    known,
    onEntry(entry) {
      numbers.add(entry.producer_id, numberOf(entry))
      if (withEntries) entries.push(entry.entry)
    },
  })
  const { size } = page.position
  const isLast = size >= end
  const bundle = withEntries && entries.length === size - from ? encodeEntries(entries) : undefined
  const last = isLast ? [...endFaults(extent), ...alarmFaults(order.alarm())] : []
  const line = {
    from,
    size,
    end,
    checkpoints: page.checkpoints,
    faults: [...page.faults, ...last],
    // What was set aside may be the genuine one of the two, so its place counts as unfilled.
    incomplete: isLast ? await refusedFaults(tx, tenantId) : [],
    producers: numbers.seen(),
    ...(withEntries ? { entryBytes: bundle?.length ?? null } : {}),
    position: writePosition(page.position),
  }
  return { line, bundle, position: page.position }
}

/** Turns the findings of before into faults: they were made in entries that this verification may not read again. */
function alarmFaults(alarm: LogAlarm | undefined): string[] {
  if (alarm === undefined) return []
  const since = alarm.since.toISOString()
  return alarm.findings.map((finding) => `nothing more is signed for the log since ${since}: ${finding}`)
}

function broken(position: LogPosition, faults: string[]): Page {
  const { size } = position
  const none = { checkpoints: 0, incomplete: [], producers: {} }
  return { line: { ...none, from: size, size, end: size, faults, position: writePosition(position) }, position }
}
