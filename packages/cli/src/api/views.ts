import { id, instant } from '@afterai/contract'
import { assessmentSchema, type Assessment } from '@afterai/evidence'
import { z } from 'zod'

/** An imported evaluation. */
export interface Evaluation {
  readonly id: string
  readonly format: string
  readonly label: string | null
  readonly sourceDigest: string
  readonly sizeBytes: number
  readonly cases: number
  readonly metrics: readonly { readonly name: string; readonly kind: string; readonly direction: string }[]
  /** How often each field was left out. */
  readonly dropped: Readonly<Record<string, number>>
  readonly createdAt: string
}

/** Wire schema of an imported evaluation. */
export const evaluationView: z.ZodType<Evaluation> = z.object({
  id,
  format: z.string(),
  label: z.string().nullable(),
  sourceDigest: z.string(),
  sizeBytes: z.number(),
  cases: z.number(),
  metrics: z.array(z.object({ name: z.string(), kind: z.string(), direction: z.string() })),
  dropped: z.record(z.string(), z.number()),
  createdAt: instant,
})

/** An assessment of a change, as the server keeps it. */
export interface KeptAssessment {
  readonly id: string
  readonly changeId: string
  readonly assessment: Assessment
}

/** Wire schema of a kept assessment. */
export const assessmentView: z.ZodType<KeptAssessment> = z.object({ id, changeId: id, assessment: assessmentSchema })

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
