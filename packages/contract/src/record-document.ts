import { BANDS } from '@afterai/evidence/assessment'
import { z } from 'zod'
import { changeFacts } from './change.ts'
import { emergencyView } from './change-dossier.ts'
import { conditionCheck, decisionView, findingView } from './decision.ts'
import { closeCodes } from './life.ts'
import { id, instant, sha256 } from './primitives.ts'

const band = z.enum(BANDS)
const amount = z.number().nullable()

/** A metric of an assessment as it was sealed, in short. */
const sealedMetric = z.object({
  metric: z.string(),
  band,
  primary: z.boolean(),
  margin: amount,
  scale: z.string(),
  pairs: z.number().int(),
  baselineMean: amount,
  candidateMean: amount,
  delta: amount,
  lower: amount.meta({ description: 'The interval of the difference.' }),
  upper: amount,
})

const sealedPerson = z.object({
  role: z.enum(['author', 'approver']),
  name: z.string(),
  email: z.string().nullable().meta({ description: 'For admins and auditors, and one’s own.' }),
  verdict: z.enum(['approve', 'reject']).nullable().meta({ description: 'Null for the author.' }),
  comment: z.string().nullable(),
  at: instant.nullable(),
  onBehalfOf: z.string().nullable().meta({ description: 'In whose place, by a delegation.' }),
})

/** A record to be read: what was sealed, in one piece. It is no proof; the bundle is. */
export const recordDocument = z
  .object({
    id,
    entryIndex: z.number().int().nullable().meta({ description: 'Its place in the log; null until it is there.' }),
    sealedAt: instant,
    state: z.enum(['pending', 'integrated']),
    supersedes: id.nullable(),
    supersededBy: id.nullable().meta({ description: 'The record that corrects it, as of now.' }),
    decision: decisionView.shape.decision,
    decisionDetail: decisionView.shape.decisionDetail,
    justification: z.string(),
    implementationPlan: z.string().nullable(),
    backoutPlan: z.string().nullable(),
    testPlan: z.string().nullable(),
    riskImpactAnalysis: z.string().nullable(),
    conditions: z.array(z.string()),
    checks: z.array(conditionCheck),
    findings: z.array(findingView).meta({
      description:
        'What was found of its conditions since, the newest 200, the newest first. Once broken, one stays so.',
    }),
    emergency: emergencyView.nullable().meta({
      description: 'That it had to run before it could be decided, as somebody declared; null where nobody did.',
    }),
    reviewBy: z.string().nullable(),
    evidence: z.enum(['assessed', 'none']),
    change: changeFacts.pick({
      id: true,
      title: true,
      system: true,
      environment: true,
      changeTypes: true,
      delta: true,
    }),
    assessments: z.array(
      z.object({
        id,
        verdict: band,
        overallRisk: amount,
        mode: z.string(),
        cited: z.boolean().meta({ description: 'Whether the decision rests on it; a record hides none.' }),
        metrics: z.array(sealedMetric),
      }),
    ),
    people: z.array(sealedPerson),
    policyVersion: z.number().int().meta({
      description: 'The version of the policy that held when it was proposed, as it is kept; 0: the built-in rules.',
    }),
    closure: z
      .object({
        code: z.enum(closeCodes),
        notes: z.string().nullable(),
        closedAt: instant,
        closedByName: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'How the life of the change ended, which is sealed apart; null while it goes on.' }),
    evidenceDigest: sha256,
  })
  .meta({ id: 'RecordDocument' })
/** A record to be read, in one piece. */
export type RecordDocument = z.infer<typeof recordDocument>
