import { z } from 'zod'
import { changeTypes, deltaItem } from './change.ts'
import { id, instant, name, pageQuery, sha256, words } from './primitives.ts'
import { configuration } from './configuration.ts'

/** Whether what runs may run, the worst first. */
export const standings = [
  'contrary',
  'condition_broken',
  'deviating',
  'overdue',
  'review_due',
  'awaiting',
  'authorised',
  'accepted_baseline',
  'exempt',
] as const
/** Whether what runs may run, in a word. */
export type StandingName = (typeof standings)[number]

/** Standings with which something is wrong: what runs must not, or not like this. */
export const wrongStandings: readonly StandingName[] = ['contrary', 'condition_broken', 'deviating', 'overdue']

/** Why something may run or may not: what a standing and the gate's answer rest on, those that let it run first. */
export const rulingCauses = [
  'recorded',
  'accepted',
  'standard',
  'not_needed',
  'emergency',
  'refused',
  'condition_broken',
  'review_passed',
  'approval_ended',
  'assessed_again',
  'starts_elsewhere',
  'deviates',
  'undecided',
] as const
/** Why something may run or may not, in a word. */
export type RulingCause = (typeof rulingCauses)[number]
const cause = z.enum(rulingCauses).meta({ description: 'Why, in a word.' })

/** Whether what an environment runs with may run, at an instant. */
export const standingView = z
  .object({
    systemId: id,
    system: name,
    environment: name,
    standing: z.enum(standings),
    cause,
    reason: z.string().meta({ description: 'Why, in a sentence.' }),
    needs: z.string().nullable().meta({ description: 'What somebody has to do, as a command; null: nothing.' }),
    due: instant.nullable().meta({ description: 'By when; null where nothing is due.' }),
    fingerprint: sha256.nullable().meta({
      description:
        'What the environment runs with; null for what runs by its change alone: what a provider serves, or what has no configuration.',
    }),
    since: instant.meta({ description: 'When it began to run.' }),
    lastSeenAt: instant,
    changeId: id.nullable().meta({ description: 'The change that it began to run by.' }),
    changeTitle: z.string().nullable(),
    recordId: id.nullable().meta({ description: 'The record that rules on it.' }),
    decidedAt: instant.nullable(),
    plannedChangeId: id.nullable().meta({ description: 'The decided plan that it deviates from.' }),
    deviation: z.array(deltaItem).meta({ description: 'What deviates: as it was decided, and as it runs.' }),
    policyVersion: z.number().int().meta({ description: '0: the rules that hold where nobody set any.' }),
    envelopeId: id.nullable().meta({ description: 'The envelope of standard changes by which it may run.' }),
    emergency: z.boolean().meta({ description: 'Somebody declared that it had to run before it could be decided.' }),
  })
  .meta({ id: 'Standing' })
/** Whether what runs in an environment may run, since when and by which record; null where none covers it. */
export type Standing = z.infer<typeof standingView>

/** Which environments are asked about, and as of when. */
export const standingQuery = z.strictObject({
  system: name.optional(),
  environment: name.optional(),
  at: instant.optional().meta({ description: 'Then; left out: now.' }),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
})

/** Standings, the worst first, and how many there are of each. */
export const standingsView = z
  .object({
    at: instant,
    items: z.array(standingView),
    counts: z.object(
      Object.fromEntries(standings.map((it) => [it, z.number().int()])) as Record<StandingName, z.ZodNumber>,
    ),
    ok: z.boolean().meta({ description: 'Nothing is contrary, broken, deviating or overdue.' }),
  })
  .meta({ id: 'Standings' })
/** Standings of environments, the worst first. */
export type Standings = z.infer<typeof standingsView>

/** What ran for a time, and what is known of why. */
export const runView = z
  .object({
    environment: name,
    fingerprint: sha256,
    startedAt: instant,
    endedAt: instant.nullable().meta({ description: 'When something else began to run; null: it runs.' }),
    knownAt: instant.meta({ description: 'When AfterAI learnt of it.' }),
    changeId: id.nullable(),
    changeTitle: z.string().nullable(),
    openedByName: z.string().nullable(),
    reversesChangeId: id.nullable().meta({
      description: 'The change that this went back on: what runs ran before that one.',
    }),
    recordId: id.nullable().meta({ description: 'The last record that ruled on it while it ran.' }),
    decision: z.enum(['act', 'not_act']).nullable(),
    decidedAt: instant.nullable(),
    approvedBy: z.array(z.string()),
    standing: z.enum(standings).meta({ description: 'At its end, or at the instant that is asked for.' }),
  })
  .meta({ id: 'Run' })
/** A time for which an environment ran with one configuration; `endedAt` is null for what still runs. */
export type RunView = z.infer<typeof runView>

/** Whose history is asked for, and how much of it. */
export const historyQuery = pageQuery.extend({
  environment: name.default('production'),
  at: instant.optional().meta({ description: 'What ran then, alone.' }),
  from: instant.optional(),
  to: instant.optional(),
})

/** A statement that what runs already is where the record begins, and why. */
export const acceptRequest = z.strictObject({
  fingerprint: sha256.meta({ description: 'What runs, as the person saw it: something else is not accepted unseen.' }),
  reason: words(2000),
})
/** What ran when the record began, as somebody accepted it. */
export const acceptedBaselineView = z
  .object({
    id,
    system: name,
    environment: name,
    fingerprint: sha256,
    reason: z.string(),
    acceptedAt: instant,
    acceptedBy: id.nullable(),
    acceptedByName: z.string().nullable(),
  })
  .meta({ id: 'AcceptedBaseline' })
/** What ran when the record began, as somebody accepted it. */
export type AcceptedBaseline = z.infer<typeof acceptedBaselineView>

/** Why the gate is open or shut. */
export const gateAnswers = [
  'covered',
  'accepted_baseline',
  'exempt',
  'standard',
  'emergency',
  'after_the_fact',
  'undecided',
  'contrary',
  'expired',
  'review_due',
  'stale',
] as const
/** The answer of the gate, in a word. */
export type GateAnswer = (typeof gateAnswers)[number]

/** The answer of the gate, and what it rests on; null for what it does not. */
export const gateView = z
  .object({
    open: z.boolean().meta({ description: 'Whether this configuration may be deployed now.' }),
    answer: z.enum(gateAnswers),
    cause,
    reason: z.string(),
    since: instant.nullable().meta({
      description:
        'Since when it is shut for that: the end of a review day or of an approval, the instant at which a condition broke.',
    }),
    needs: z.string().nullable(),
    system: name,
    environment: name,
    fingerprint: sha256,
    changeId: id.nullable(),
    changeTitle: z.string().nullable(),
    recordId: id.nullable(),
    decidedAt: instant.nullable(),
    decidedBy: z.array(z.string()).meta({
      description: 'Who approved the record, or accepted what runs; empty where nothing was decided.',
    }),
    validUntil: instant.nullable(),
    policyVersion: z.number().int(),
    changeTypes: z.array(z.enum(changeTypes)).meta({ description: 'What would change, against what runs.' }),
    delta: z.array(deltaItem),
    at: instant,
  })
  .meta({ id: 'Gate' })
/** The answer of the gate, and what it rests on; null for what it does not. */
export type Gate = z.infer<typeof gateView>

/** What the gate answers to what a change leads to: computed as it is for whoever asks the gate. */
export const changeGate = gateView.pick({
  open: true,
  answer: true,
  cause: true,
  reason: true,
  since: true,
  needs: true,
  changeId: true,
  changeTitle: true,
  recordId: true,
  decidedAt: true,
  decidedBy: true,
  validUntil: true,
})
/** What the gate answers to what a change leads to. */
export type ChangeGate = z.infer<typeof changeGate>

/** A configuration that is to be deployed. */
export const gateRequest = z.strictObject({ system: name, environment: name.default('production'), configuration })
/** A question to the gate whose answer is to be signed, and for how many hours it holds. */
export const gateSummaryRequest = gateRequest.extend({
  validHours: z.number().int().min(1).max(168).default(24).meta({
    description: 'For how long the summary says yes: so long after a revocation it may still be believed.',
  }),
})

/** A signed answer of the gate for use without the server: an in-toto statement (SLSA verification summary, v1) in a DSSE envelope. */
export const gateSummaryView = z
  .object({
    payload: z.string(),
    payloadType: z.string(),
    signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
  })
  .meta({ id: 'GateSummary' })
/** A signed answer of the gate. */
export type GateSummary = z.infer<typeof gateSummaryView>
