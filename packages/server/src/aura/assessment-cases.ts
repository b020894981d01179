import { type AssessmentCases, type assessmentCasesQuery, ProblemError } from '@afterai/contract'
import type { ChangedCases, ChangedCasesQuery } from '@afterai/evidence'
import type { z } from 'zod'
import type { Principal } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { Transaction } from '../platform/database.ts'
import { readAssessment } from './assessment-service.ts'
import { readRun } from './evaluation-service.ts'
import type { AssessJob } from './kept-runs.ts'

interface CasesRequest {
  readonly ask: (job: AssessJob & { readonly query: ChangedCasesQuery }) => Promise<ChangedCases | undefined>
  readonly keys: TenantKeys
  readonly id: string
  readonly query: z.infer<typeof assessmentCasesQuery>
}

/**
 * Cases that an assessment counts as lost or gained, worked out anew from the two runs as they are kept, which never change: three rows are
 * read, whatever the number of cases. @throws ProblemError `not_found`, `invalid_cursor`, `not_ready`
 */
export async function readChangedCases(
  read: <T>(work: (tx: Transaction, principal: Principal) => Promise<T>) => Promise<T>,
  { ask, keys, id, query: { metric, change, slice, limit, cursor } }: CasesRequest,
): Promise<AssessmentCases> {
  const from = placeOf(cursor)
  const job = await read(async (tx, principal): Promise<AssessJob> => {
    const { tenantId } = principal
    const { baselineEvaluationId, candidateEvaluationId, plan } = await readAssessment(tx, principal, id)
    const baseline = await readRun(tx, tenantId, baselineEvaluationId)
    const candidate = await readRun(tx, tenantId, candidateEvaluationId)
    const { key: digestKey } = await keys.promptDigestKey(tx, tenantId)
    return { runs: [baseline.run, candidate.run], plan, digestKey }
  })
  const found = await ask({ ...job, query: { metric, change, slice, from, limit } })
  if (found === undefined) throw new ProblemError('not_found', { detail: 'the assessment has no such metric' })
  const { items, total, next } = found
  return { items: [...items], total, nextCursor: next === null ? null : Buffer.from(`${next}`).toString('base64url') }
}

/** Where a page begins. @throws ProblemError `invalid_cursor` */
function placeOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const place = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{1,9}$/.test(place)) throw new ProblemError('invalid_cursor')
  return Number(place)
}
