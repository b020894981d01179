import { checkName, checkWords } from '../pacr/check-words.ts'
import type { Dossier } from './dossier.ts'

type Finding = Dossier['findings'][number]

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
  { conditions, checks, recordId }: Pick<Dossier['decisions'][number], 'conditions' | 'checks' | 'recordId'>,
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
