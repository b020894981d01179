import type { Operations, Policy } from '@afterai/client'
import { choices } from '../ace/change-search.ts'
import { typeWords } from '../ace/change-words.ts'
import type { Rule } from './rule-words.ts'

/** The form of rules as it is filled in; keys keep rows apart while they move. */
export interface RuleDraft {
  readonly key: string
  readonly rule: Rule
}

/** What fits every change: it stands last, and a new one begins like it. */
export const plainRule: Rule = {
  decision: 'after',
  withinHours: 168,
  assessment: 'wanted',
  approvals: {
    ruleType: 'single_approver',
    quorum: 1,
    roles: ['admin', 'approver'],
    people: [],
    allowSelfApproval: false,
    requesterMayApprove: true,
    implementerMayApprove: true,
  },
  emergency: { roles: ['admin', 'approver'], withinHours: 72 },
}

/** Where rules hold, or are to hold: null for every system, and for every environment. */
export type Scope = Pick<Policy, 'system' | 'environment'>

/** A scope as two fields name it. */
export function scopeOf(system: string, environment: string): Scope {
  return { system: system.trim() || null, environment: environment.trim() || null }
}

/** The policy of a scope itself; undefined where it has none of its own. */
export function ownPolicy(policies: readonly Policy[], { system, environment }: Scope): Policy | undefined {
  return policies.find((it) => it.system === system && it.environment === environment)
}

/** Rules to begin from: those of the scope, of the next wider one, or what every tenant begins with. */
export function draftsOf(policies: readonly Policy[], { system, environment }: Scope): RuleDraft[] {
  const wider: readonly Scope[] = [
    { system, environment },
    { system, environment: null },
    { system: null, environment },
    { system: null, environment: null },
  ]
  const found = wider.map((scope) => ownPolicy(policies, scope)).find((it) => it !== undefined)
  return (found?.rules ?? [plainRule]).map((rule, index) => ({ key: `rule-${index}`, rule }))
}

/** A new rule before the last one, for some changes alone. */
export function withRule(drafts: readonly RuleDraft[], key: string): RuleDraft[] {
  const added = { key, rule: { ...plainRule, severities: ['high' as const, 'critical' as const] } }
  return [...drafts.slice(0, -1), added, ...drafts.slice(-1)]
}

/** The rules with one of them a place earlier; the first and the last stay where they are. */
export function moved(drafts: readonly RuleDraft[], index: number): RuleDraft[] {
  const [before, it] = [drafts[index - 1], drafts[index]]
  if (before === undefined || it === undefined || index === drafts.length - 1) return [...drafts]
  return drafts.toSpliced(index - 1, 2, it, before)
}

/** The rules as the API takes them: the last is for every change, and people count only where they are asked for. */
export function toRules(drafts: readonly RuleDraft[]): Operations['setPolicy']['body']['rules'] {
  return drafts.map(({ rule }, index) => {
    const { changeTypes: types, changeClasses, severities, ...needs } = rule
    return {
      ...needs,
      ...(index === drafts.length - 1
        ? {}
        : {
            ...(isSome(types) ? { changeTypes: types } : {}),
            ...(isSome(changeClasses) ? { changeClasses } : {}),
            ...(isSome(severities) ? { severities } : {}),
          }),
    }
  })
}

function isSome<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0
}

/** What a form of a rule offers. */
export const ruleOptions = {
  changeTypes: choices.type.map((value) => ({ value, label: typeWords(value) })),
  changeClasses: [
    { value: 'standard', label: 'standard' },
    { value: 'normal', label: 'normal' },
    { value: 'emergency', label: 'emergency' },
  ],
  severities: [
    { value: 'low', label: 'low' },
    { value: 'medium', label: 'medium' },
    { value: 'high', label: 'high' },
    { value: 'critical', label: 'critical' },
  ],
  decision: [
    { value: 'after', label: 'After it runs, within a time' },
    { value: 'before', label: 'Before it runs' },
    { value: 'never', label: 'Not at all' },
  ],
  assessment: [
    { value: 'wanted', label: 'Wanted' },
    { value: 'needed', label: 'Needed' },
    { value: 'planned', label: 'Needed, by a plan sealed before' },
  ],
  ruleType: [
    { value: 'single_approver', label: 'One person' },
    { value: 'custom', label: 'Several people' },
    { value: 'majority_approval', label: 'More than half of certain people' },
    { value: 'unanimous_approval', label: 'All of certain people' },
  ],
  approverRoles: [
    { value: 'admin', label: 'administrators' },
    { value: 'approver', label: 'approvers' },
  ],
  emergencyRoles: [
    { value: 'admin', label: 'administrators' },
    { value: 'approver', label: 'approvers' },
    { value: 'member', label: 'members' },
  ],
} as const
