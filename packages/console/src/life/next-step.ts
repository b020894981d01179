import { rulingWords } from '../systems/ruling-words.ts'
import type { Dossier } from './dossier.ts'

/** What the gate answers to what a change leads to. */
export type ChangeGate = NonNullable<Dossier['gate']>

/** The one thing that comes next in the life of a change, for whoever reads. `wait`: somebody else's turn; `none`: nothing is left. */
export type NextStep =
  | { readonly kind: 'confirm' | 'assess' | 'propose' | 'verify' | 'close' }
  | { readonly kind: 'approve'; readonly decision: Dossier['decisions'][number] }
  /** The gate lets it run. */
  | { readonly kind: 'deploy'; readonly gate: ChangeGate; readonly command: string | null }
  /** It is decided, and the gate lets it run no more, or never did. */
  | {
      readonly kind: 'held'
      readonly gate: ChangeGate
      readonly mayDecide: boolean
      readonly whyNot: string | undefined
      readonly command: string | null
    }
  /** Somebody found that it doesn't do what it was decided for. */
  | { readonly kind: 'failed'; readonly mayDecide: boolean; readonly evidence: string }
  | { readonly kind: 'wait' | 'none'; readonly title: string; readonly text: string }

/** The part of a dossier by which the next step is told. */
export type Stands = Pick<Dossier, 'change' | 'life' | 'gate' | 'assessments' | 'decisions' | 'reader'>

/** Computes the next step from where the change stands, what the gate answers and what the reader may do. */
export function nextStep(dossier: Stands): NextStep {
  const { change, life, assessments, decisions, reader } = dossier
  const [latest] = decisions
  if (change.status === 'dismissed')
    return { kind: 'none', title: 'Dismissed', text: change.statusReason ?? 'Nothing is left to do.' }
  if (life.stage === 'closed') return { kind: 'none', title: 'Closed', text: 'The life of this change is over.' }
  if (latest?.status === 'proposed')
    return reader.mayApprove
      ? { kind: 'approve', decision: latest }
      : waits('An approval is awaited', reader.mayNot['mayApprove'], life.waitsFor)
  if (life.decision === 'act' || life.decision === 'not_act') return afterDecision(dossier)
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

function afterDecision({ life, gate, reader }: Stands): NextStep {
  const verified = life.steps.some(({ step, at }) => step === 'verified' && at !== null)
  const isRefused = life.decision === 'not_act' && life.running !== 'runs'
  if (gate !== null && !gate.open && !isRefused) {
    const goesBack = rulingWords[gate.cause].act === 'go_back'
    return {
      kind: 'held',
      gate,
      mayDecide: reader.mayPropose,
      whyNot: reader.mayNot['mayPropose'],
      command: goesBack ? life.next : null,
    }
  }
  if (isRefused && !reader.mayClose)
    return {
      kind: 'none',
      title: 'Decided: not to act',
      text: waitsForWords(life.waitsFor) ?? 'The record is sealed. Nothing is left to do.',
    }
  if (life.running === 'not_yet' && gate?.open === true) return { kind: 'deploy', gate, command: life.next }
  if (life.running === 'runs' && !verified && reader.mayClose) return { kind: 'verify' }
  if (life.verification === 'failed' && life.running === 'runs' && (reader.mayPropose || reader.mayClose))
    return { kind: 'failed', mayDecide: reader.mayPropose, evidence: failureOf(life) ?? '' }
  if (reader.mayClose && (verified || life.running !== 'runs')) return { kind: 'close' }
  return { kind: 'none', title: 'Sealed', text: waitsForWords(life.waitsFor) ?? 'The record is sealed.' }
}

/** By which evidence somebody found that it doesn't do what it was decided for; undefined where nobody did. */
export function failureOf({ verification, steps }: Dossier['life']): string | undefined {
  if (verification !== 'failed') return undefined
  return steps.find(({ step }) => step === 'verified')?.note?.replace(/^failed: /, '') ?? ''
}

function waits(title: string, whyNot: string | undefined, waitsFor: string | null): NextStep {
  return { kind: 'wait', title, text: [waitsForWords(waitsFor), whyNot].filter(Boolean).join(' ') }
}

/** What a change waits for, as a sentence; undefined for nothing. */
export function waitsForWords(waitsFor: string | null): string | undefined {
  if (waitsFor === null) return undefined
  return waitsFor.startsWith('to ') ? `It waits ${waitsFor}.` : `It waits for ${waitsFor}.`
}

/** What a decided change waits for, as the gate has it: what it lets run no more waits for another decision, not for its deployment. */
export function waitsNow({ life, gate }: Pick<Dossier, 'life' | 'gate'>): string | undefined {
  if (life.decision !== 'act' || gate === null || gate.open) return waitsForWords(life.waitsFor)
  const { title } = rulingWords[gate.cause]
  return `The gate is shut: ${title.charAt(0).toLowerCase()}${title.slice(1)}.`
}
