import type { Permission } from '../app/me.ts'
import type { Dossier } from './dossier.ts'

/** What can be done to a change besides its next step. */
export type MoreAction =
  | 'decide_again'
  | 'set_risk'
  | 'emergency'
  | 'merge'
  | 'plan'
  | 'determine'
  | 'implemented'
  | 'ended'

/** The part of a dossier by which it is told. */
export interface Standing {
  readonly change: { readonly status: Dossier['change']['status']; readonly after: object | null }
  readonly life: Pick<Dossier['life'], 'stage' | 'running' | 'decision'>
  readonly decisions: readonly Pick<Dossier['decisions'][number], 'status'>[]
  readonly reader: Pick<Dossier['reader'], 'mayPropose' | 'mayAssess' | 'mayDeclareEmergency'>
}

/** What can be done to a change besides its next step, by who reads it and as it stands. */
export function moreActions(
  { change, life, decisions, reader }: Standing,
  may: (permission: Permission) => boolean,
): MoreAction[] {
  if (change.status === 'dismissed') return []
  const isWriter = may('change:write')
  const isClosed = life.stage === 'closed'
  const hasNoConfiguration = change.after === null
  const isDecided = decisions[0]?.status === 'approved' || decisions[0]?.status === 'rejected'
  const all: readonly (readonly [MoreAction, boolean])[] = [
    ['decide_again', isDecided && reader.mayPropose && !isClosed],
    ['plan', reader.mayAssess && !isClosed && life.decision !== 'act'],
    ['set_risk', isWriter && change.status === 'confirmed' && !isClosed],
    ['determine', isWriter],
    ['merge', isWriter && change.status === 'pending'],
    ['emergency', reader.mayDeclareEmergency && !isClosed],
    ['implemented', isWriter && hasNoConfiguration && life.running === 'not_yet' && !isClosed],
    ['ended', isWriter && hasNoConfiguration && life.running === 'runs' && !isClosed],
  ]
  return all.flatMap(([action, isOpen]) => (isOpen ? [action] : []))
}

/** Each of them as a verb, as the menu names it. */
export const moreWords: Readonly<Record<MoreAction, string>> = {
  decide_again: 'Decide again',
  plan: 'Seal a plan for its results',
  set_risk: 'Set the risk again',
  determine: 'Say what it is to regulators',
  merge: 'Merge it into another',
  emergency: 'Declare an emergency',
  implemented: 'Say that it runs',
  ended: 'Say that it ended',
}
