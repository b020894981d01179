import { z } from 'zod'
import { assessmentView } from './assessment.ts'
import { changeView, determinationsView } from './change.ts'
import { decisionView, findingView } from './decision.ts'
import { evaluationPlanView } from './evaluation-plan.ts'
import { lifeView } from './life.ts'
import { id, instant } from './primitives.ts'
import { changeGate } from './standing.ts'

/** What somebody may do to a change now, as its state and the policy have it, and why not where they may not. */
const readerView = z.object({
  mayConfirm: z.boolean().meta({ description: 'Confirm or dismiss it.' }),
  mayAssess: z.boolean(),
  mayPropose: z.boolean(),
  mayApprove: z.boolean().meta({ description: 'Approve the decision that is open, as the policy has it.' }),
  mayClose: z.boolean(),
  mayDeclareEmergency: z.boolean().meta({ description: 'As the policy has it.' }),
  mayNot: z
    .record(z.string(), z.string())
    .meta({ description: 'Of each that is false, why, in a sentence: `mayClose`.' }),
})
/** What somebody may do to a change now, and why not. */
export type DossierReader = z.infer<typeof readerView>

/** Something that happened to a change, as everybody who works with it may see. */
const historyItem = z.object({
  at: instant,
  action: z.string().meta({ description: 'As the audit trail names it.' }),
  actorName: z
    .string()
    .nullable()
    .meta({ description: 'As they were named then; null: the server itself, or it was not kept.' }),
  text: z.string(),
})
/** Something that happened to a change. */
export type HistoryItem = z.infer<typeof historyItem>

/** That somebody declared that a change had to run before it could be decided. */
export const emergencyView = z.object({
  reason: z.string(),
  declaredAt: instant,
  declaredByName: z.string().nullable(),
  decideBy: instant.meta({ description: 'By when it is to be decided.' }),
})

/** All of one change, for one page. */
export const dossierView = z
  .object({
    change: changeView,
    life: lifeView,
    gate: changeGate.nullable().meta({
      description:
        'Whether it may run, as the gate answers now; null where there is nothing to ask: it is dismissed, closed, or ran and runs no more.',
    }),
    assessments: z.array(assessmentView).meta({ description: 'The newest 20, the newest first.' }),
    decisions: z.array(decisionView).meta({ description: 'The newest 20, the newest first.' }),
    records: z
      .array(
        z.object({
          id,
          decisionId: id,
          number: z.number().int().nullable().meta({ description: 'Its place in the log; null until it is there.' }),
          sealedAt: instant,
          state: z.enum(['pending', 'integrated']),
        }),
      )
      .meta({ description: 'The newest 20, the newest first.' }),
    findings: z.array(findingView).meta({
      description: 'What was found of the conditions of its records, the newest 200, the newest first.',
    }),
    emergency: emergencyView.nullable().meta({ description: 'Null where nobody declared one.' }),
    plans: z.array(evaluationPlanView).meta({ description: 'The newest first.' }),
    determinations: determinationsView,
    history: z.array(historyItem).meta({ description: 'The newest 200, the newest last.' }),
    people: z.record(z.string(), z.string()).meta({
      description: 'Names of the accounts that it names, also of members who are gone.',
    }),
    reader: readerView,
  })
  .meta({ id: 'Dossier' })
/** All of one change, for one page. */
export type Dossier = z.infer<typeof dossierView>
