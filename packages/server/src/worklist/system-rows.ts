import { standings, type SystemRow, type systemRowQuery } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../platform/database.ts'
import { cursorOf, readCursor } from '../platform/page.ts'
import { together } from '../platform/together.ts'
import { judgeAll, type Judged } from '../standing/index.ts'
import { atWork } from './change-scan.ts'

/** How many systems a page looks at, at most, for each that it may show. */
const lookedAtForOne = 80

interface FoundSystem {
  readonly id: string
  readonly name: string
  readonly owner: string | null
  readonly nth: number
  readonly fits: boolean
}

interface WorkRow {
  readonly system_id: string
  readonly owner: string | null
  readonly open_changes: number
  readonly change_id: string | null
  readonly title: string | null
  readonly opened_at: Date | null
}

/** One page of rows of systems, the newest first; it ends after a number of systems, as a page of changes does. */
export async function listSystemRows(
  tx: Transaction,
  tenantId: string,
  { limit, cursor, q }: z.infer<typeof systemRowQuery>,
): Promise<{ items: SystemRow[]; nextCursor: string | null }> {
  const lookAt = limit * lookedAtForOne
  const before = readCursor(cursor)
  const [found] = await together(tx, [selectSystems(tx, tenantId, { before, q, limit, lookAt })])
  const fitting = found.filter(({ fits }) => fits)
  const shown = fitting.slice(0, limit)
  const isFull = fitting.length > limit
  const last = isFull ? shown.at(-1) : found.at(-1)
  const hasMore = isFull || last?.nth === lookAt
  return { items: await rowsOf(tx, tenantId, shown), nextCursor: hasMore && last ? cursorOf(last.id) : null }
}

function selectSystems(
  tx: Transaction,
  tenantId: string,
  {
    before,
    q,
    limit,
    lookAt,
  }: {
    readonly before: string | undefined
    readonly q: string | undefined
    readonly limit: number
    readonly lookAt: number
  },
): CompiledQuery<FoundSystem> {
  const fits = q === undefined ? sql`true` : sql`position(lower(${q}) in lower(concat_ws(' ', name, title))) > 0`
  return sql<FoundSystem>`
    select * from (select * from (
      select id, name, owner, row_number() over (order by id desc) as nth, ${fits} as fits from system
      where tenant_id = ${tenantId} ${before === undefined ? sql`` : sql`and id < ${before}`}
      order by id desc limit ${lookAt}
    ) it where fits or nth = ${lookAt} limit ${limit + 1}) it order by nth`.compile(tx)
}

async function rowsOf(tx: Transaction, tenantId: string, shown: readonly FoundSystem[]): Promise<SystemRow[]> {
  if (shown.length === 0) return []
  const systemIds = shown.map(({ id }) => id)
  const [works] = await together(tx, [selectWork(tx, tenantId, systemIds)])
  const workOf = new Map(works.map((it) => [it.system_id, it]))
  const judgedOf = Map.groupBy(
    await judgeAll(tx, tenantId, { systemIds }, new Date()),
    ({ known }) => known.run.system_id,
  )
  return shown.map(({ id, name, owner }) => {
    const work = workOf.get(id)
    return {
      name,
      owner: work?.owner ?? owner,
      environments: environmentsOf(judgedOf.get(id) ?? []),
      openChanges: work?.open_changes ?? 0,
      lastChange: lastChangeOf(work),
    }
  })
}

function lastChangeOf(work: WorkRow | undefined): SystemRow['lastChange'] {
  const { change_id: id, title, opened_at: openedAt } = work ?? { change_id: null, title: null, opened_at: null }
  if (id === null || title === null || openedAt === null) return null
  return { id, title, openedAt: openedAt.toISOString() }
}

/** The worst standing of each environment, by its name. */
function environmentsOf(judged: readonly Judged[]): SystemRow['environments'] {
  const worstFirst = judged.toSorted((a, b) => rankOf(a) - rankOf(b))
  return [...Map.groupBy(worstFirst, ({ known }) => known.run.environment)]
    .flatMap(([environment, [worst]]) =>
      worst === undefined
        ? []
        : [{ environment, standing: worst.verdict.standing, since: worst.known.run.started_at.toISOString() }],
    )
    .toSorted((a, b) => (a.environment < b.environment ? -1 : 1))
}

function rankOf({ verdict }: Judged): number {
  return standings.indexOf(verdict.standing)
}

/**
 * The statement that reads whose systems are, how much of them is to be worked on, and what changed last. Of a system that never changed the planner
 * may think that its newest change is found soonest among all changes of the tenant, by reading them all: bounds in place of an equality leave it
 * an order that only the index by systems has.
 */
function selectWork(tx: Transaction, tenantId: string, systemIds: readonly string[]): CompiledQuery<WorkRow> {
  return sql<WorkRow>`
    select it.id as system_id, case when card.owner_name is not null then card.owner_name else card.owner end as owner,
      open.count as open_changes, last.id as change_id, last.title, last.opened_at
    from unnest(${systemIds}::uuid[]) as it (id)
    left join lateral (
      select owner_name, card #>> '{owner,name}' as owner from system_card
      where tenant_id = ${tenantId} and system_id = it.id order by version desc limit 1
    ) card on true
    cross join lateral (
      select count(*) from (
        select from change c where c.tenant_id = ${tenantId} and c.system_id = it.id and ${atWork} limit 100
      ) few
    ) open
    left join lateral (
      select id, title, opened_at from change
      where tenant_id = ${tenantId} and system_id between it.id and it.id order by system_id, id desc limit 1
    ) last on true`.compile(tx)
}
