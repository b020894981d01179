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
export type StandingName = (typeof standings)[number]

/** Standings with which something is wrong: what runs must not, or not like this. */
export const wrongStandings: readonly StandingName[] = ['contrary', 'condition_broken', 'deviating', 'overdue']

/** Whether what an environment runs with may run, at an instant. */
export const standingView = z
  .object({
    systemId: id,
    system: name,
    environment: name,
    standing: z.enum(standings),
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
export type Standing = z.infer<typeof standingView>

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
export type RunView = z.infer<typeof runView>

export const historyQuery = pageQuery.extend({
  environment: name.default('production'),
  at: instant.optional().meta({ description: 'What ran then, alone.' }),
  from: instant.optional(),
  to: instant.optional(),
})

export const acceptRequest = z.strictObject({
  fingerprint: sha256.meta({ description: 'What runs, as the person saw it: something else is not accepted unseen.' }),
  reason: words(2000),
})
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
export type GateAnswer = (typeof gateAnswers)[number]

export const gateView = z
  .object({
    open: z.boolean().meta({ description: 'Whether this configuration may be deployed now.' }),
    answer: z.enum(gateAnswers),
    reason: z.string(),
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
export type Gate = z.infer<typeof gateView>

/** A configuration that is to be deployed. */
export const gateRequest = z.strictObject({ system: name, environment: name.default('production'), configuration })
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
export type GateSummary = z.infer<typeof gateSummaryView>
