import { planAttempts, underPlan } from '@afterai/contract'
import { parseBundle } from '@afterai/record'
import { z } from 'zod'
import { attemptLines, underPlanLines } from './plan-lines.ts'
import { printable } from './terminal/style.ts'

const sealedEvidence = z.object({
  assessments: z.array(
    z.object({
      id: z.string(),
      cited: z.boolean(),
      assessment: z.object({ verdict: z.string() }),
      underPlan: underPlan.nullish(),
    }),
  ),
  attempts: planAttempts.optional(),
})

/** The assessments that a record was sealed with: each verdict, and whether its margins were fixed before the results; then every attempt, as of the sealing. */
export function sealedAssessmentLines(evidence: unknown): string[] {
  const read = sealedEvidence.safeParse(evidence)
  if (!read.success) return []
  const { assessments, attempts } = read.data
  return [
    ...assessments.flatMap(({ id, cited, assessment, underPlan: under }) => [
      `assessment  ${printable(id)}: ${printable(assessment.verdict.replaceAll('_', ' '))}${cited ? '' : ' (not cited)'}`,
      ...underPlanLines(under ?? null).map((line) => `  ${line}`),
    ]),
    ...(attempts === undefined
      ? []
      : ['attempts when it was sealed:', ...attemptLines(attempts).map((line) => `  ${line}`)]),
  ]
}

/** The same of a bundle whose evidence is disclosed; nothing where it is withheld. */
export function disclosedAssessmentLines(bundle: Uint8Array): string[] {
  const evidence = parseBundle(bundle).disclosures.find(({ section }) => section === 'evidence')
  if (evidence === undefined || !('bytes' in evidence)) return []
  return sealedAssessmentLines(JSON.parse(new TextDecoder().decode(evidence.bytes)))
}
