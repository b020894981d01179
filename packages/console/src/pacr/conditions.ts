import type { ConditionFinding as Finding, Decision } from '@afterai/client'
import { exact } from '../api/instants.ts'
import { checkName, checkWords } from './check-words.ts'

type Conditions = Pick<Decision, 'conditions' | 'checks' | 'recordId'>

/** A condition of a record, how it stands, and what was found of it, the newest first. */
export interface ConditionState {
  /** As findings name it. */
  readonly name: string
  readonly words: string
  readonly isChecked: boolean
  readonly state: 'met' | 'broken' | 'not_said'
  readonly findings: readonly Finding[]
}

/** The conditions of a decision as they stand: once broken, one stays so; else what was said last holds. */
export function conditionStates(
  { conditions, checks, recordId }: Conditions,
  all: readonly Finding[],
): ConditionState[] {
  const named = [
    ...conditions.map((text) => ({ name: text, words: text, isChecked: false })),
    ...checks.map((check) => ({ name: checkName(check), words: checkWords(check), isChecked: true })),
  ]
  return named.map((it) => {
    const findings = all.filter((found) => found.recordId === recordId && found.condition === it.name)
    const isBroken = findings.some(({ outcome }) => outcome === 'broken')
    return { ...it, state: isBroken ? 'broken' : findings.length === 0 ? 'not_said' : 'met', findings }
  })
}

/** A condition that is broken, and what was found of it first. */
export interface BrokenCondition {
  readonly words: string
  readonly finding: Finding
}

/** The conditions of a record that are broken, each with what broke it. */
export function brokenConditions(
  { decisions, findings }: { readonly decisions: readonly Conditions[]; readonly findings: readonly Finding[] },
  recordId: string | null,
): BrokenCondition[] {
  const decision = decisions.find((it) => it.recordId === recordId)
  if (recordId === null || decision === undefined) return []
  return conditionStates(decision, findings).flatMap((it) => {
    const finding = tellingFinding(it)
    return it.state !== 'broken' || finding === undefined ? [] : [{ words: it.words, finding }]
  })
}

/** How a condition stands, in words; those of telemetry are watched from the start. */
export function stateWords({ state, isChecked }: Pick<ConditionState, 'state' | 'isChecked'>): string {
  if (state === 'not_said') return isChecked ? 'Watched by telemetry' : 'Nobody has looked'
  return state === 'met' ? 'Met' : 'Broken'
}

/** The finding by which a condition stands as it does: what broke it first, or what was said last. */
export function tellingFinding({ state, findings }: ConditionState): Finding | undefined {
  return state === 'broken' ? findings.findLast(({ outcome }) => outcome === 'broken') : findings[0]
}

/** Who found something of a condition. */
export function finderOf({ foundBy, foundByName }: Finding): string {
  return foundBy === null ? 'telemetry' : (foundByName ?? 'a removed account')
}

/** A condition with how it stands, since when, and what was found, in a line of a document. */
export function conditionLine(it: ConditionState): string {
  const finding = tellingFinding(it)
  const what = `${it.words}${it.isChecked ? ', checked by telemetry' : ''}`
  if (finding === undefined) return `${what}. ${stateWords(it)}.`
  const when = `${it.state === 'broken' ? 'since' : 'on'} ${exact(finding.foundAt)}`
  return `${what}. ${stateWords(it)} ${when}, as ${finderOf(finding)} found: ${finding.note}`
}
