import { BANDS } from '@afterai/evidence/assessment'
import { z } from 'zod'
import { id, instant, name, pageQuery, words } from './primitives.ts'

/** A Production AI Change Record (PACR) as lists show it. The bundle holds what an outsider verifies. */
export const recordView = z
  .object({
    id,
    changeId: id,
    decisionId: id,
    system: z.string(),
    environment: z.string(),
    title: z.string().meta({ description: 'The title of the change that was decided on.' }),
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
/** A sealed record as it is read. */
export type RecordView = z.infer<typeof recordView>

/** Which records are asked for, and how many: each left out narrows nothing, and of several all hold. */
export const recordQuery = pageQuery.extend({
  system: name.optional(),
  decision: recordView.shape.decision.optional(),
  verdict: z
    .enum([...BANDS, 'none'])
    .optional()
    .meta({ description: 'The worst of its assessments; `none`: it rests on none.' }),
  from: instant.optional().meta({ description: 'Sealed then or later.' }),
  to: instant.optional().meta({ description: 'Sealed before.' }),
  q: words(100).optional().meta({
    description: 'A part of the change’s title or the system’s name, in whichever case; or the beginning of its id.',
  }),
})

const seenNumbers = z.object({
  count: z.number().int().nonnegative(),
  ranges: z.array(z.tuple([z.number().int(), z.number().int()]).readonly()).readonly(),
})

/**
 * One line of the answer of `GET /v1/log/audit`: what the server found in some entries of its log, from `from` to before `size`. The
 * last line has the size that the verification ends at. A verdict on the whole is made of all lines.
 */
export const logAuditLine = z.object({
  from: z.number().int().nonnegative(),
  size: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  /** Signed checkpoints of these sizes. */
  checkpoints: z.number().int().nonnegative(),
  /** Departures from what was signed, in words. */
  faults: z.array(z.string()),
  /** Reasons why the log is not complete, in words, besides numbers of producers that no line has. */
  incomplete: z.array(z.string()),
  /** The numbers of these entries, by their producers. */
  producers: z.record(z.string(), seenNumbers),
  /**
   * How many bytes follow the line: the entries as C2SP tlog-tiles bundles them, each behind its length. Null where one of them can't be
   * read. Only where they are asked for.
   */
  entryBytes: z.number().int().nonnegative().nullish(),
  /** The position to ask with, to go on after these entries. */
  position: z.string(),
})
/** A part of the log and what the server found in it. */
export type LogAuditLine = z.infer<typeof logAuditLine>

/** The verdict on a log: intact says that it is what was signed, complete that no producer's number is missing. */
export interface LogAudit {
  readonly size: number
  readonly checkpoints: number
  readonly intact: boolean
  readonly complete: boolean
  readonly faults: readonly string[]
}
