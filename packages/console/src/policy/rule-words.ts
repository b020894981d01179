import type { Policy } from '@afterai/client'
import { typeWords } from '../ace/change-words.ts'
import type { Names } from '../identity/names.ts'

/** A rule of a policy: which changes it is about, and what they need. */
export type Rule = Policy['rules'][number]

/** The accounts that rules name. */
export function peopleIn(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ approvals }) => approvals.people)
}

/** Which changes a rule is about, as the beginning of a sentence: "Changes of prompt or tools alone". */
export function aboutWords(
  { changeTypes, changeClasses, severities }: Pick<Rule, 'changeTypes' | 'changeClasses' | 'severities'>,
  isFirst: boolean,
): string {
  const isAny = changeTypes === undefined && changeClasses === undefined && severities === undefined
  if (isAny) return isFirst ? 'Every change' : 'Every other change'
  const classes = changeClasses === undefined ? 'Changes' : capital(`${either(changeClasses)} changes`)
  const types = changeTypes === undefined ? '' : ` of ${either(changeTypes.map(typeWords))} alone`
  const risk = severities === undefined ? '' : `, stated as ${either(severities)}`
  return `${classes}${types}${risk}`
}

/** What a rule asks for, each in a sentence, so that nothing of it has to be known beforehand. */
export function needWords(rule: Rule, names: Names): string[] {
  if (rule.decision === 'never') return ['It needs no decision: what runs by it is exempt.', emergencyWords(rule)]
  return [
    rule.decision === 'before'
      ? 'It is decided before it runs: the gate is shut until then.'
      : `It may run, and is decided within ${hoursWords(rule.withinHours)} after it began.`,
    assessmentWords[rule.assessment],
    approvalWords(rule.approvals, names),
    ...exclusionWords(rule.approvals),
    ...(rule.validDays === undefined ? [] : [`An approval holds for ${count(rule.validDays, 'day')}.`]),
    emergencyWords(rule),
  ]
}

const assessmentWords: Readonly<Record<Rule['assessment'], string>> = {
  wanted: 'An assessment is wanted: without one it can be decided, and the record says that there was none.',
  needed: 'An assessment is needed: without one nothing can be proposed.',
  planned: 'To act, it needs an assessment that follows a plan which was sealed before its results.',
}

function approvalWords({ ruleType, quorum, roles, people }: Rule['approvals'], names: Names): string {
  const named = people.map((id) => names.get(id) ?? 'a removed account')
  const by = named.length === 0 ? roleWords(roles) : either(named)
  if (ruleType === 'unanimous_approval') return `All of ${all(named)} agree.`
  if (ruleType === 'majority_approval') return `More than half of ${all(named)} agree.`
  if (ruleType === 'custom' && quorum > 1) return `${quorum} of them agree: ${by}.`
  return `One agrees: ${by}.`
}

function exclusionWords(approvals: Rule['approvals']): string[] {
  const out = [
    ...(approvals.allowSelfApproval ? [] : ['who proposed it']),
    ...(approvals.requesterMayApprove ? [] : ['who opened it or planned it']),
    ...(approvals.implementerMayApprove ? [] : ['who said that it runs']),
  ]
  const last = out.length === 0 ? ['Whoever proposed it may approve it alone.'] : [`Never ${either(out)}.`]
  return approvals.allowSelfApproval && out.length > 0 ? [...last, 'Who proposed it may approve it, too.'] : last
}

function emergencyWords({ emergency: { roles, withinHours } }: Rule): string {
  return roles.length === 0
    ? 'Nobody may declare an emergency.'
    : `${capital(roleWords(roles))} may declare an emergency; it is decided within ${hoursWords(withinHours)} then.`
}

const roleNames: Readonly<Record<string, string>> = {
  admin: 'an administrator',
  approver: 'an approver',
  member: 'a member',
}

function roleWords(roles: readonly string[]): string {
  return either(roles.map((role) => roleNames[role] ?? role))
}

/** Hours in the largest unit that says them whole: "3 days", "36 hours". */
export function hoursWords(hours: number): string {
  return hours % 24 === 0 ? count(hours / 24, 'day') : count(hours, 'hour')
}

function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`
}

function either(words: readonly string[]): string {
  return listed(words, 'or')
}

function all(words: readonly string[]): string {
  return listed(words, 'and')
}

function listed(words: readonly string[], conjunction: string): string {
  const [last = '', ...rest] = words.toReversed()
  return rest.length === 0 ? last : `${rest.toReversed().join(', ')} ${conjunction} ${last}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Where a policy holds: "support-bot in production", "production of every system". */
export function scopeWords({ system, environment }: Pick<Policy, 'system' | 'environment'>): string {
  if (system === null) return environment === null ? 'Everywhere' : `${environment}, of every system`
  return environment === null ? `${system}, everywhere` : `${system}, in ${environment}`
}
