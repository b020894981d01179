import { type ChangeRow, type InboxItem, type RulingCause, wrongStandings } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Principal } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { judgeAll, type Judged } from '../standing/index.ts'
import type { Held } from './waiting.ts'

/** So many environments, and changes that run by themselves, are all judged as of now; of more, those that the watch found amiss. */
const mostJudged = 200

/** Something that runs as it must not, or whose record is due for a review. */
export interface Amiss {
  readonly kind: 'standing' | 'review'
  readonly system: string
  readonly environment: string
  readonly title: string | null
  readonly changeId: string | null
  readonly since: Date
  readonly due: Date | null
  readonly cause: RulingCause
  readonly reason: string
}

/** What runs as it must not, and what is due for a review: for who may decide on it. Judged as of now, whatever was found before. */
export async function judgeAmiss(
  tx: Transaction,
  { tenantId }: Principal,
  { held, now, limit }: { readonly held: Held; readonly now: Date; readonly limit: number },
): Promise<{ readonly items: readonly Amiss[]; readonly isCut: boolean }> {
  if (!held.has('decision:read') || !held.has('decision:write')) return { items: [], isCut: false }
  const [running, told] = await together(tx, [selectRunning(tx, tenantId), selectTold(tx, tenantId, limit)])
  const isSmall = running.length <= mostJudged
  const systemIds = [...new Set(told.map((it) => it.system_id))]
  if (!isSmall && systemIds.length === 0) return { items: [], isCut: false }
  const judged = await judgeAll(tx, tenantId, isSmall ? {} : { systemIds }, now)
  const items = judged.flatMap(amissIn)
  return { items: items.slice(0, limit), isCut: items.length > limit || (!isSmall && told.length >= limit) }
}

function amissIn({ known: { run, facts, title }, verdict }: Judged): Amiss[] {
  const { standing, cause, due, reason } = verdict
  const kind = wrongStandings.includes(standing) ? 'standing' : standing === 'review_due' ? 'review' : undefined
  if (kind === undefined) return []
  const since = due !== null && due > run.started_at ? due : run.started_at
  const { system, environment } = run
  return [{ kind, system, environment, title, changeId: facts.change?.id ?? null, since, due, cause, reason }]
}

function selectRunning(tx: Transaction, tenantId: string): CompiledQuery<{ readonly system_id: string }> {
  return sql<{ system_id: string }>`
    (select system_id from environment where tenant_id = ${tenantId} limit ${mostJudged + 1})
    union all
    (select system_id from change where tenant_id = ${tenantId} and stands_alone limit ${mostJudged + 1})`.compile(tx)
}

const amissStandings = sql`('contrary', 'condition_broken', 'deviating', 'overdue', 'review_due')`

function selectTold(tx: Transaction, tenantId: string, limit: number): CompiledQuery<{ readonly system_id: string }> {
  return sql<{ system_id: string }>`
    (select system_id from told_standing where tenant_id = ${tenantId} and standing in ${amissStandings} order by told_at limit ${limit})
    union all
    (select c.system_id from (
      select * from told_change where tenant_id = ${tenantId} and standing in ${amissStandings} order by told_at limit ${limit}
    ) t join change c on c.tenant_id = t.tenant_id and c.id = t.change_id)`.compile(tx)
}

/** What is amiss, as it waits for somebody. */
export function amissOf(it: Amiss, row: ChangeRow | null): InboxItem {
  return {
    kind: it.kind,
    row,
    title: it.title ?? `${it.system} in ${it.environment}`,
    system: it.system,
    environment: it.environment,
    changeId: it.changeId,
    decisionId: row?.decisionId ?? null,
    since: it.since.toISOString(),
    due: it.due?.toISOString() ?? null,
    note: it.reason,
    cause: it.cause,
  }
}
