import type { ChangeCount, ChangeRow, changeRowQuery, ChangeRowFilter } from '@afterai/contract'
import type { z } from 'zod'
import type { Principal } from '../access/index.ts'
import { findSystemIds } from '../ace/index.ts'
import { type OpenVote, readOpenVotes } from '../pacr/index.ts'
import type { Transaction } from '../platform/database.ts'
import { cursorOf, readCursor } from '../platform/page.ts'
import { together } from '../platform/together.ts'
import { type KnownLife, lifeOf, readLives } from '../standing/index.ts'
import { type Scan, type ScannedChange, selectChanges, selectCount } from './change-scan.ts'
import { heldBy, type Work, workFor } from './waiting.ts'

/** How many changes a page looks at, at most, for each that it may show; half of it where the names of systems are looked at too. */
const lookedAtForOne = 80

/** Counting ends here: so many of a filter, so many looked at, and so many of which what waits is found out. */
const mostCounted = 10_000
const mostLookedAt = 50_000
const mostWeighed = 500

/** A change, as it stands and as it waits for somebody. */
export interface StandingChange {
  readonly row: ChangeRow
  readonly known: KnownLife
  readonly vote: OpenVote | undefined
  readonly work: Work | null
}

/**
 * One page of rows of changes, the newest first. Looking for them ends after a number of changes: a page may then be shorter than its limit, or
 * empty, and its cursor goes on from there.
 */
export async function listChangeRows(
  tx: Transaction,
  principal: Principal,
  { limit, cursor, ...filter }: z.infer<typeof changeRowQuery>,
): Promise<{ items: ChangeRow[]; nextCursor: string | null }> {
  const scan = await scanOf(tx, principal, filter, readCursor(cursor))
  if (scan === undefined) return { items: [], nextCursor: null }
  const lookAt = limit * (filter.q === undefined ? lookedAtForOne : lookedAtForOne / 2)
  const [found] = await together(tx, [selectChanges(tx, principal.tenantId, scan, { limit: limit + 1, lookAt })])
  const fitting = found.filter(({ fits }) => fits)
  const shown = fitting.slice(0, limit)
  const [isFull, isCut] = [fitting.length > limit, found.at(-1)?.nth === lookAt]
  // It goes on behind the last that is shown, or behind the last that was looked at.
  const last = isFull ? shown.at(-1) : found.at(-1)
  const all = await withLives(tx, principal, shown)
  const items = all.filter((it) => filter.awaiting === undefined || it.row.awaitingMe).map(({ row }) => row)
  return { items, nextCursor: (isFull || isCut) && last !== undefined ? cursorOf(last.id) : null }
}

/** Counts the changes of a filter, up to a bound. What waits for somebody is counted among the newest that may. */
export async function countChangeRows(
  tx: Transaction,
  principal: Principal,
  filter: ChangeRowFilter,
): Promise<ChangeCount> {
  const scan = await scanOf(tx, principal, filter, undefined)
  if (scan === undefined) return { count: 0, capped: false }
  if (filter.awaiting !== undefined) return countAwaiting(tx, principal, scan)
  const bounds = { most: mostCounted, lookAt: mostLookedAt }
  const [[found]] = await together(tx, [selectCount(tx, principal.tenantId, scan, bounds)])
  if (found === undefined) throw new Error('a count answers one row')
  return {
    count: Math.min(found.count, mostCounted),
    capped: found.count > mostCounted || found.looked_at === mostLookedAt,
  }
}

async function countAwaiting(tx: Transaction, principal: Principal, scan: Scan): Promise<ChangeCount> {
  const bounds = { limit: mostWeighed + 1, lookAt: mostLookedAt }
  const [found] = await together(tx, [selectChanges(tx, principal.tenantId, scan, bounds)])
  const fitting = found.filter(({ fits }) => fits)
  const weighed = await withLives(tx, principal, fitting.slice(0, mostWeighed))
  const count = weighed.filter(({ row }) => row.awaitingMe).length
  return { count, capped: fitting.length > mostWeighed || found.at(-1)?.nth === mostLookedAt }
}

/** What to look through; undefined where the system that is asked for isn't there. */
async function scanOf(
  tx: Transaction,
  principal: Principal,
  filter: ChangeRowFilter,
  before: string | undefined,
): Promise<Scan | undefined> {
  const { system } = filter
  // By its id, asked first: only of a value does the database know how few of the changes are this system's.
  const systemId =
    system === undefined ? undefined : (await findSystemIds(tx, principal.tenantId, [system])).get(system)
  if (system !== undefined && systemId === undefined) return undefined
  return { filter, systemId, held: heldBy(principal), before, order: 'newest' }
}

/** Changes with how far they have come, and what waits for whoever asks: by as many statements for many as for one. */
export async function withLives(
  tx: Transaction,
  principal: Principal,
  found: readonly ScannedChange[],
): Promise<StandingChange[]> {
  const ids = found.map(({ id }) => id)
  const lives = await readLives(tx, principal.tenantId, ids)
  const open = [...lives].flatMap(([id, { facts }]) => (facts.openDecisionId === null ? [] : [id]))
  const votes = await readOpenVotes(tx, principal, open)
  const held = heldBy(principal)
  return found.flatMap((change) => {
    const known = lives.get(change.id)
    if (known === undefined) return []
    const vote = votes.get(change.id)
    const work = workFor(held, known, vote)
    return [{ row: rowOf(change, known, work), known, vote, work }]
  })
}

function rowOf(change: ScannedChange, { facts, assessmentId, decisionId }: KnownLife, work: Work | null): ChangeRow {
  const { stage, decision, running, recordId } = lifeOf(facts)
  return {
    id: change.id,
    title: change.title,
    system: change.system,
    environment: change.environment,
    changeTypes: change.change_types,
    changeClass: change.change_class,
    origin: change.origin,
    status: change.status,
    intent: change.intent,
    stage,
    decision,
    running,
    severity: change.severity,
    verdict: change.assessed_as,
    assessmentId,
    decisionId,
    recordId,
    emergency: change.emergency_declared,
    authorId: change.author_id,
    authorName: change.author_name,
    awaitingMe: work !== null,
    openedAt: change.opened_at.toISOString(),
    updatedAt: change.updated_at.toISOString(),
  }
}
