import { bandWords } from '../look/bands.ts'
import { decidedTo } from '../pacr/record-words.ts'
import type { Dossier } from './dossier.ts'

/** A section of the page, how far it is, and a fact of it. */
export interface LifeStep {
  readonly key: 'change' | 'assessment' | 'decision' | 'record'
  readonly label: string
  readonly state: 'done' | 'now' | 'to_come'
  readonly fact: string
}

/** Where a change stands, as four steps: what is done, the one it is at, and what is to come. */
export function lifeSteps({
  change,
  life,
  assessments,
  decisions,
  records,
}: Pick<Dossier, 'change' | 'life' | 'assessments' | 'decisions' | 'records'>): LifeStep[] {
  const [assessment] = assessments
  const [decision] = decisions
  const record = records.find(({ decisionId }) => decisionId === decision?.id) ?? records[0]
  const done = [
    change.status !== 'pending',
    assessment !== undefined,
    decision?.status === 'approved',
    record !== undefined && life.stage === 'closed',
  ]
  const current =
    change.status === 'dismissed' || life.stage === 'closed'
      ? -1
      : record === undefined
        ? firstOpen(done, decision !== undefined)
        : 3
  const facts = [
    `${change.delta.length === 0 || change.after === null ? 'no configuration' : `${change.delta.length} ${change.delta.length === 1 ? 'value differs' : 'values differ'}`} · ${change.status}`,
    assessment === undefined ? 'nothing was measured' : bandWords[assessment.assessment.verdict].toLowerCase(),
    decision === undefined ? 'undecided' : `${decidedTo(decision.decisionDetail)} · ${decision.status}`,
    record === undefined
      ? 'sealed on approval'
      : `${record.number === null ? 'sealed' : `entry ${record.number.toLocaleString('en')}`} · ${life.stage === 'closed' ? 'closed' : runningWords(life)}`,
  ]
  const keys = ['change', 'assessment', 'decision', 'record'] as const
  const labels = ['Change', 'Assessment', 'Decision', 'Record']
  return keys.map((key, index) => ({
    key,
    label: labels[index] ?? key,
    state:
      index === current ? 'now' : (done[index] ?? false) || (index === 3 && record !== undefined) ? 'done' : 'to_come',
    fact: facts[index] ?? '',
  }))
}

/** The first step that isn't done. A decision that was proposed without evidence is where it stands. */
function firstOpen(done: readonly boolean[], isProposed: boolean): number {
  if (isProposed && !(done[2] ?? false)) return 2
  const open = done.indexOf(false)
  return open === -1 ? 3 : open
}

/** Whether the change runs, in words. */
export function runningWords({ running }: Pick<Dossier['life'], 'running'>): string {
  return { not_yet: 'not running yet', runs: 'running', ended: 'ended', rolled_back: 'rolled back' }[running]
}
