import { z } from 'zod'
import { id, instant } from './primitives.ts'

/** A Production AI Change Record (PACR) as lists show it. The bundle holds what an outsider verifies. */
export const recordView = z
  .object({
    id,
    changeId: id,
    decisionId: id,
    system: z.string(),
    environment: z.string(),
    decision: z.enum(['act', 'not_act']),
    decisionDetail: z.string(),
    verdict: z.string(),
    riskLevel: z.string().nullable(),
    sealedAt: instant,
    state: z.enum(['pending', 'integrated']),
    logIndex: z.number().int().nullable(),
    sections: z.array(z.string()),
    supersedes: id.nullable(),
  })
  .meta({ id: 'Record' })
export type RecordView = z.infer<typeof recordView>

/** What is wrong with a log: intact says that it is what was signed, complete that no producer's number is missing. */
export const logAuditView = z.object({
  size: z.number().int(),
  checkpoints: z.number().int(),
  intact: z.boolean(),
  complete: z.boolean(),
  faults: z.array(z.string()),
})
export type LogAudit = z.infer<typeof logAuditView>
