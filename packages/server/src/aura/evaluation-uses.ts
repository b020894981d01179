import type { EvaluationUse } from '@afterai/contract'
import { sql } from 'kysely'
import type { Principal } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { viewEvaluation } from './evaluation-service.ts'

interface UseRow {
  readonly id: string
  readonly change_id: string
  readonly title: string
  readonly role: EvaluationUse['role']
  readonly verdict: string
  readonly created_at: Date
}

/** One page of the assessments in which an evaluation served, newest first. @throws ProblemError `not_found` */
export async function listUses(
  tx: Transaction,
  principal: Principal,
  { id, limit, cursor }: { readonly id: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: EvaluationUse[]; nextCursor: string | null }> {
  await viewEvaluation(tx, principal, id)
  const { tenantId } = principal
  const before = readCursor(cursor) ?? null
  const older = sql`(${before}::uuid is null or a.id < ${before}::uuid)`
  // Each role by its own index, and no more of each than a page shows.
  const { rows } = await sql<UseRow>`
    select a.id, a.change_id, c.title, a.role, a.verdict, a.created_at from (
      (select a.id, a.change_id, a.verdict, a.created_at, 'baseline' as role from assessment a
       where a.tenant_id = ${tenantId} and a.baseline_id = ${id} and ${older} order by a.id desc limit ${limit + 1})
      union all
      (select a.id, a.change_id, a.verdict, a.created_at, 'candidate' as role from assessment a
       where a.tenant_id = ${tenantId} and a.candidate_id = ${id} and a.baseline_id <> ${id} and ${older} order by a.id desc limit ${limit + 1})
    ) a join change c on c.tenant_id = ${tenantId} and c.id = a.change_id
    order by a.id desc limit ${limit + 1}`.execute(tx)
  return toPage(rows, limit, (row) => ({
    assessmentId: row.id,
    changeId: row.change_id,
    changeTitle: row.title,
    role: row.role,
    verdict: row.verdict,
    createdAt: row.created_at.toISOString(),
  }))
}
