import { exact } from '../api/instants.ts'
import { rulingWords } from '../systems/ruling-words.ts'
import { brokenConditions, finderOf } from '../pacr/conditions.ts'
import type { Dossier } from './dossier.ts'
import { type NextStep, waitsForWords } from './next-step.ts'

interface HeldProps {
  readonly step: Extract<NextStep, { readonly kind: 'held' }>
  readonly dossier: Dossier
}

/** Why the gate lets a decided change run no more: what it means, since when, what was found, who had decided, and whose turn it is. */
export function HeldWords({ step: { gate, mayDecide, whyNot }, dossier }: HeldProps) {
  const { means, act } = rulingWords[gate.cause]
  const broken = gate.cause === 'condition_broken' ? brokenConditions(dossier, gate.recordId) : []
  const waits = act === 'go_back' ? waitsForWords(dossier.life.waitsFor) : undefined
  return (
    <>
      {means}
      {broken.map(({ words, finding }) => (
        <span key={words}>
          {' '}
          “{words}”: {finding.note} Found on {exact(finding.foundAt)} by {finderOf(finding)}.
        </span>
      ))}
      {gate.since === null || broken.length > 0 ? '' : ` That holds since ${exact(gate.since)}.`}
      {waits === undefined ? '' : ` ${waits}`}
      {act === 'go_back' || mayDecide
        ? ''
        : ` It waits for somebody who decides again.${whyNot === undefined ? '' : ` ${whyNot}`}`}
    </>
  )
}
