import { z } from 'zod'
import { changeClass, changeTypes, risk } from './change.ts'
import { id, instant, name, words } from './primitives.ts'

/** Roles that may approve. */
const approverRole = z.enum(['admin', 'approver'])

/** Who must agree to a decision, and how many of them. */
export const approvalRule = z
  .strictObject({
    ruleType: z
      .enum(['single_approver', 'majority_approval', 'unanimous_approval', 'custom'])
      .default('single_approver'),
    quorum: z.number().int().min(1).max(20).default(1).meta({
      description: 'How many must agree, with `custom`; the other types know it by themselves.',
    }),
    roles: z.array(approverRole).min(1).default(['admin', 'approver']),
    people: z.array(id).max(20).default([]).meta({
      description: 'Who may approve, by account; empty: whoever has one of the roles.',
    }),
    allowSelfApproval: z.boolean().default(false).meta({
      description: 'Whether the author of a decision may approve it. Off unless a policy says so.',
    }),
    requesterMayApprove: z.boolean().default(true).meta({
      description: 'Whether who opened the change, or set its plan up, may approve it.',
    }),
    implementerMayApprove: z.boolean().default(true).meta({
      description: 'Whether who said that the change runs may approve it.',
    }),
  })
  .superRefine(({ ruleType, people, quorum }, context) => {
    const isOfPeople = ruleType === 'majority_approval' || ruleType === 'unanimous_approval'
    if (isOfPeople && people.length === 0) {
      context.addIssue({ code: 'custom', path: ['people'], message: `${ruleType} needs the people who are to agree` })
    }
    if (people.length > 0 && quorum > people.length) {
      context.addIssue({ code: 'custom', path: ['quorum'], message: 'is more than there are people' })
    }
    if (new Set(people).size < people.length) {
      context.addIssue({ code: 'custom', path: ['people'], message: 'names somebody twice' })
    }
  })
/** Who has to approve, and how many of them. */
export type ApprovalRule = z.infer<typeof approvalRule>

/** Who may declare that a change has to run before it can be decided, and within how many hours it is decided then. */
export const emergencyRule = z.strictObject({
  roles: z
    .array(z.enum(['admin', 'approver', 'member']))
    .default(['admin', 'approver'])
    .meta({
      description: 'Empty: nobody.',
    }),
  withinHours: z.number().int().min(1).max(720).default(72),
})

/** A rule: for which changes, when they must be decided, on what, and by whom. */
export const policyRule = z.strictObject({
  changeTypes: z.array(z.enum(changeTypes)).min(1).optional().meta({
    description: 'Only changes all of whose types are among these; left out: of any type.',
  }),
  changeClasses: z.array(changeClass).min(1).optional(),
  severities: z.array(risk.shape.severity).min(1).optional().meta({
    description: 'Only changes whose risk somebody stated as one of these; left out: of any risk, or none.',
  }),
  decision: z.enum(['never', 'after', 'before']).meta({
    description: 'Whether a decision is needed: not at all, within a time after it runs, or before it runs.',
  }),
  withinHours: z.number().int().min(1).max(8760).default(168).meta({
    description: 'With `after`: within how many hours.',
  }),
  assessment: z.enum(['wanted', 'needed', 'planned']).default('wanted').meta({
    description:
      'Whether a decision may be taken without an assessment; its absence is said in any case. `planned`: one to act rests on assessments alone that follow a plan which was sealed before their results.',
  }),
  validDays: z.number().int().min(1).max(3650).optional().meta({
    description: 'For how many days an approval holds; left out: until its review, where it has one.',
  }),
  approvals: approvalRule.prefault({}),
  emergency: emergencyRule.prefault({}),
})
/** A rule of a policy: which changes it is about, and what they need. */
export type PolicyRule = z.infer<typeof policyRule>

/** Rules in their order: the first that fits a change is the one. The last must fit every change. */
export const policyRules = z
  .array(policyRule)
  .min(1)
  .max(50)
  .refine(
    (rules) => {
      const last = rules.at(-1)
      return last?.changeTypes === undefined && last?.changeClasses === undefined && last?.severities === undefined
    },
    { error: 'the last rule must be for every change: leave out changeTypes, changeClasses and severities there' },
  )

/** A version of the rules of a tenant, of an environment, of a system, or of one environment of a system. */
export const policyView = z
  .object({
    id: id.nullable().meta({ description: 'Null for the rules that hold where nobody set any.' }),
    system: name.nullable(),
    environment: name.nullable(),
    version: z.number().int(),
    rules: z.array(policyRule),
    reason: z.string().nullable(),
    setAt: instant.nullable(),
    setBy: id.nullable(),
    setByName: z.string().nullable(),
  })
  .meta({ id: 'Policy' })
/** A version of a policy as it is read; `setBy` is null for the one that every tenant begins with. */
export type Policy = z.infer<typeof policyView>

/** The next version of a policy; without a system, of the one that holds where none is set. */
export const setPolicyRequest = z.strictObject({
  system: name.optional(),
  environment: name.optional(),
  rules: policyRules,
  reason: words(2000),
  basedOn: z.number().int().min(0).optional().meta({
    description:
      'The version of this scope that you read, 0 where none was set: it is refused where another is the newest. Left out: set whatever holds.',
  }),
})
/** Rules that somebody thinks of setting. */
export const checkPolicyRequest = z.strictObject({ rules: policyRules })

/** What of rules nobody could follow with the people that there are now. */
const policyWarning = z.object({
  pointer: z.string().meta({ description: 'Which part of the rules it is about, as a JSON pointer.' }),
  detail: z.string(),
})
/** What stands against rules, before they are set. Empty: nothing. */
export const policyCheckView = z.object({ warnings: z.array(policyWarning) }).meta({ id: 'PolicyCheck' })
/** What stands against rules. */
export type PolicyCheck = z.infer<typeof policyCheckView>
/** A version that was set, and what of it nobody can follow as yet. */
export const setPolicyView = z.object({ ...policyView.shape, ...policyCheckView.shape }).meta({ id: 'PolicySet' })
/** Which policy is asked for. */
export const policyQuery = z.strictObject({
  system: name.optional(),
  environment: name.optional(),
  at: instant.optional().meta({ description: 'Those that held then.' }),
})
