import { id } from '@afterai/contract'
import { assessmentSchema, type Assessment } from '@afterai/evidence'
import { z } from 'zod'

/** An assessment of a change, as the server keeps it. */
export interface KeptAssessment {
  readonly id: string
  readonly changeId: string
  readonly assessment: Assessment
  readonly authorId: string
  /** As it was then; undefined of a server that doesn't tell. */
  readonly authorName?: string | null | undefined
  readonly authorEmail?: string | null | undefined
}

/** Wire schema of a kept assessment. */
export const assessmentView: z.ZodType<KeptAssessment> = z.object({
  id,
  changeId: id,
  assessment: assessmentSchema,
  authorId: id,
  authorName: z.string().nullish(),
  authorEmail: z.string().nullish(),
})

/** Public keys with which an outsider verifies records. */
export interface LogKeys {
  readonly origin: string
  readonly logVkey: string
  readonly recordKeys: readonly { readonly keyid: string; readonly pem: string }[]
}

/** Wire schema of the public keys. */
export const logKeysView: z.ZodType<LogKeys> = z.object({
  origin: z.string(),
  logVkey: z.string(),
  recordKeys: z.array(z.object({ keyid: z.string(), pem: z.string() })),
})
