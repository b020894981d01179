import type { ClosureFacts, ConditionCheck, ConditionFinding } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { Tables, Transaction } from '../platform/database.ts'
import { conditionText } from './condition-of.ts'

/** A finding as the database has it. */
export type FindingRow = Selectable<Tables['condition_finding']>

const mostShown = 200

/** The statement that reads what was found of the conditions of a change's records, the newest first. */
export function selectFindings(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<FindingRow> {
  return sql<FindingRow>`
    select f.* from record r join condition_finding f on f.tenant_id = r.tenant_id and f.record_id = r.id
    where r.tenant_id = ${tenantId} and r.change_id = ${changeId}
    order by f.found_at desc, f.id desc limit ${mostShown}`.compile(tx)
}

/** A finding as it is read. */
export function findingView(row: FindingRow): ConditionFinding {
  return {
    id: row.id,
    recordId: row.record_id,
    condition: row.condition,
    outcome: row.outcome,
    note: row.note,
    foundAt: row.found_at.toISOString(),
    foundBy: row.found_by,
    foundByName: row.found_by_name,
  }
}

/** A condition of a record, and what was found of it last; null where nothing was. */
interface ConditionRow {
  readonly condition: string
  readonly outcome: 'met' | 'broken' | null
  readonly found_at: Date | null
  readonly found_by: string | null
}

/** Each condition of a record as it stands: once broken, it stays so; else what was said last. */
export async function readConditions(
  tx: Transaction,
  tenantId: string,
  recordId: string,
): Promise<NonNullable<ClosureFacts['conditions']>> {
  const { rows: records } = await sql<{ conditions: readonly string[]; checks: readonly ConditionCheck[] }>`
    select coalesce(d.proposal -> 'conditions', '[]') as conditions, coalesce(d.proposal -> 'checks', '[]') as checks
    from record r join decision d on d.tenant_id = r.tenant_id and d.id = r.decision_id
    where r.tenant_id = ${tenantId} and r.id = ${recordId}`.execute(tx)
  const all = records.flatMap(({ conditions, checks }) => [...conditions, ...checks.map(conditionText)])
  const { rows } = await sql<ConditionRow>`
    select it.condition, f.outcome, f.found_at, f.found_by
    from unnest(${all}::text[]) with ordinality as it (condition, nth)
    left join lateral (
      select * from condition_finding
      where tenant_id = ${tenantId} and record_id = ${recordId} and condition = it.condition
      order by outcome = 'broken' desc, found_at desc limit 1
    ) f on true
    order by it.nth`.execute(tx)
  return rows.map(({ condition, outcome, found_at: foundAt, found_by: foundBy }) => ({
    condition,
    outcome: outcome ?? 'not_said',
    foundAt: foundAt?.toISOString() ?? null,
    foundBy,
  }))
}
