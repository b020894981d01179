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
