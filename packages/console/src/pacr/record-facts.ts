import { dateUtc, exact } from '../api/instants.ts'
import { type ConditionState, conditionStates } from './conditions.ts'
import { endedAs } from './record-words.ts'
import type { RecordContent } from './records.ts'

/** The conditions of a record as they stand now. */
export function conditionsOf({
  id: recordId,
  conditions,
  checks,
  findings,
}: Pick<RecordContent, 'id' | 'conditions' | 'checks' | 'findings'>): ConditionState[] {
  return conditionStates({ conditions, checks, recordId }, findings)
}

/** Who did something, and in whose place, where it was somebody else's. */
export function inWhosePlace({
  name,
  onBehalfOf,
}: Pick<RecordContent['people'][number], 'name' | 'onBehalfOf'>): string {
  return onBehalfOf === null ? name : `${name}, in the place of ${onBehalfOf},`
}

/** That somebody declared that it had to run before it could be decided. */
export function emergencyWords({
  declaredByName,
  declaredAt,
  reason,
}: NonNullable<RecordContent['emergency']>): string {
  const who = declaredByName ?? 'A removed account'
  return `${who} declared on ${exact(declaredAt)} that it had to run before it could be decided: ${reason}`
}

/** How the life of the change ended, when and by whose word. */
export function closedWords({ code, closedAt, closedByName }: NonNullable<RecordContent['closure']>): string {
  return `${closedByName ?? 'A removed account'} closed it on ${dateUtc(closedAt)}: ${endedAs(code)}.`
}

/** By which rules it was approved. */
export function rulesWords({ policyVersion }: Pick<RecordContent, 'policyVersion'>): string {
  return policyVersion === 0
    ? 'It was approved by the built-in rules.'
    : `It was approved by version ${policyVersion} of the rules.`
}
