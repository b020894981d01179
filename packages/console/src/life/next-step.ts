import { conditionStates } from './conditions.ts'
import type { Dossier } from './dossier.ts'

/** The one thing that comes next in the life of a change, for whoever reads. `wait`: somebody else's turn; `none`: nothing is left. */
export type NextStep =
  | { readonly kind: 'confirm' | 'assess' | 'propose' | 'verify' | 'close' }
  | { readonly kind: 'approve'; readonly decision: Dossier['decisions'][number] }
  | { readonly kind: 'deploy'; readonly command: string | null }
  /** A condition of its record is broken: the gate lets it run no more, until somebody decides again. */
  | { readonly kind: 'broken'; readonly condition: string; readonly mayDecide: boolean }
  | { readonly kind: 'wait' | 'none'; readonly title: string; readonly text: string }

/** Computes the next step from where the change stands and what the reader may do. */
export function nextStep({
  change,
  life,
  assessments,
  decisions,
  findings,
  reader,
}: Pick<Dossier, 'change' | 'life' | 'assessments' | 'decisions' | 'findings' | 'reader'>): NextStep {
  const [latest] = decisions
  if (change.status === 'dismissed')
    return { kind: 'none', title: 'Dismissed', text: change.statusReason ?? 'Nothing is left to do.' }
  if (life.stage === 'closed') return { kind: 'none', title: 'Closed', text: 'The life of this change is over.' }
  if (latest?.status === 'proposed')
    return reader.mayApprove
      ? { kind: 'approve', decision: latest }
      : waits('An approval is awaited', reader.mayNot['mayApprove'], life.waitsFor)
  if (latest?.status === 'approved') {
    const condition = brokenCondition(latest, findings)
    return condition !== undefined && life.decision === 'act'
      ? { kind: 'broken', condition, mayDecide: reader.mayPropose }
      : afterDecision(life, reader)
  }
  if (change.status === 'pending')
    return reader.mayConfirm
      ? { kind: 'confirm' }
      : waits('It waits to be confirmed', reader.mayNot['mayConfirm'], life.waitsFor)
  if (assessments.length === 0)
    return reader.mayAssess
      ? { kind: 'assess' }
      : waits('It waits for an assessment', reader.mayNot['mayAssess'], life.waitsFor)
  return reader.mayPropose
    ? { kind: 'propose' }
    : waits('It waits for a decision', reader.mayNot['mayPropose'], life.waitsFor)
}

/** The first condition of a sealed decision that is broken, in words. */
export function brokenCondition(
  decision: Dossier['decisions'][number],
  findings: Dossier['findings'],
): string | undefined {
  return conditionStates(decision, findings).find(({ state }) => state === 'broken')?.words
}

function afterDecision(life: Dossier['life'], reader: Dossier['reader']): NextStep {
  const verified = life.steps.some(({ step, at }) => step === 'verified' && at !== null)
  if (life.decision === 'not_act' && life.running !== 'runs')
    return {
      kind: 'none',
      title: 'Decided: not to act',
      text: waitsForWords(life.waitsFor) ?? 'The record is sealed. Nothing is left to do.',
    }
  if (life.running === 'not_yet') return { kind: 'deploy', command: life.next }
  if (life.running === 'runs' && !verified && reader.mayClose) return { kind: 'verify' }
  if (reader.mayClose && (verified || life.running !== 'runs')) return { kind: 'close' }
  return { kind: 'none', title: 'Sealed', text: waitsForWords(life.waitsFor) ?? 'The record is sealed.' }
}

function waits(title: string, whyNot: string | undefined, waitsFor: string | null): NextStep {
  return { kind: 'wait', title, text: [waitsForWords(waitsFor), whyNot].filter(Boolean).join(' ') }
}

/** What a change waits for, as a sentence; undefined for nothing. */
export function waitsForWords(waitsFor: string | null): string | undefined {
  if (waitsFor === null) return undefined
  return waitsFor.startsWith('to ') ? `It waits ${waitsFor}.` : `It waits for ${waitsFor}.`
}
