import { z } from 'zod'
import { id, instant, name, sha256, words } from './primitives.ts'

/** How far a change has come, in the order of its life. */
export const lifeStages = ['planned', 'assessed', 'decided', 'running', 'reviewed', 'closed'] as const
/** What happens in the life of a change, as auditors ask for it. */
export const lifeSteps = ['recorded', 'tested', 'assessed', 'approved', 'implemented', 'verified', 'closed'] as const
/** A step in the life of a change. */
export type LifeStep = (typeof lifeSteps)[number]
/** How the life of a change ended: ServiceNow's close codes, and `cancelled` for what never ran. */
export const closeCodes = ['successful', 'successful_issues', 'unsuccessful', 'cancelled'] as const
/** How the life of a change ended. */
export type CloseCode = (typeof closeCodes)[number]

/** The life of a change so far, and what it waits for. */
export const lifeView = z
  .object({
    changeId: id,
    stage: z.enum(lifeStages),
    decision: z.enum(['undecided', 'proposed', 'act', 'not_act']),
    running: z.enum(['not_yet', 'runs', 'ended', 'rolled_back']),
    waitsFor: z.string().nullable().meta({ description: 'What has to happen next, in a sentence; null: nothing.' }),
    next: z.string().nullable().meta({ description: 'The command for it.' }),
    steps: z.array(
      z.object({
        step: z.enum(lifeSteps),
        at: instant.nullable().meta({ description: 'Null while it did not happen.' }),
        by: z.string().nullable(),
        note: z.string().nullable(),
      }),
    ),
    recordId: id.nullable(),
    revision: name.nullable(),
    endedAt: instant.nullable(),
    rolledBackAt: instant.nullable(),
    rolledBackBy: id.nullable().meta({ description: 'The change that went back on this one.' }),
    reverses: id.nullable().meta({ description: 'The change that this one went back on.' }),
    asDecided: z.boolean().nullable().meta({
      description:
        'Whether what runs is what was decided; null where nothing was, or there is no configuration to compare.',
    }),
    verification: z.enum(['verified', 'failed']).nullable().meta({
      description: 'Whether what runs does what it was decided for, as somebody said; null while nobody has.',
    }),
    superseded: z.boolean().meta({ description: 'A plan that begins from what does not run any more.' }),
    closeCode: z.enum(closeCodes).nullable(),
  })
  .meta({ id: 'Life' })
/** The life of a change as it is read: its steps, and what comes next; null for what did not happen. */
export type Life = z.infer<typeof lifeView>

/** That a change doesn't run any more, as somebody says: since an instant; left out: now. */
export const endRequest = z.strictObject({ at: instant.optional() })
/** That a change without a configuration runs, as somebody says: which revision, since when; left out: unknown, and now. */
export const implementRequest = z.strictObject({ revision: name.optional(), at: instant.optional() })

/** A statement of whether what runs does what it was decided for, and by which evidence. */
export const verifyChangeRequest = z.strictObject({
  outcome: z.enum(['verified', 'failed']).default('verified'),
  evidence: words(2000),
  assessmentId: id.optional().meta({ description: 'An assessment of what runs.' }),
})
/** A statement that the life of a change is over, and how it ended. */
export const closeRequest = z.strictObject({ code: z.enum(closeCodes), notes: words(5000).optional() })

/** What a closure seals. */
export const closureFacts = z.object({
  code: z.enum(closeCodes),
  notes: z.string().nullable(),
  recordId: id.nullable(),
  fingerprint: sha256.nullable(),
  implementedAt: instant.nullable(),
  revision: z.string().nullable(),
  asDecided: z.boolean().nullable(),
  verified: z.enum(['verified', 'failed', 'not_verified']),
  verifiedAt: instant.nullable(),
  verifiedBy: id.nullable(),
  hoursToVerify: z.number().nullable(),
  rolledBackAt: instant.nullable(),
  rolledBackBy: id.nullable(),
  conditions: z
    .array(
      z.object({
        condition: z.string(),
        outcome: z.enum(['met', 'broken', 'not_said']).meta({ description: 'Once broken, it stays so.' }),
        foundAt: instant.nullable(),
        foundBy: id.nullable().meta({ description: 'Null for what telemetry showed, or nobody said.' }),
      }),
    )
    .optional()
    .meta({ description: 'Of its record, each as it stood; left out by earlier releases.' }),
})
/** The facts of a life that its closure seals; `hoursToVerify` in hours, null where it was not verified. */
export type ClosureFacts = z.infer<typeof closureFacts>
