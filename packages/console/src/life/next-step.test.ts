import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisionOf, dossierOf, gateOf } from '../../testing/dossiers.ts'
import { rulingWords, type RulingCause } from '../systems/ruling-words.ts'
import { leadSentence } from './lead-sentence.ts'
import { type ChangeGate, nextStep, waitsNow } from './next-step.ts'

const causes = Object.keys(rulingWords) as RulingCause[]
const opens = (cause: RulingCause): boolean =>
  ['recorded', 'accepted', 'standard', 'not_needed', 'emergency'].includes(cause)

const gates: fc.Arbitrary<ChangeGate> = fc
  .record({ cause: fc.constantFrom(...causes), since: fc.constantFrom(null, '2026-11-30T08:00:00.000Z') })
  .map((it) => gateOf({ ...it, open: opens(it.cause) }))

/** Any change, in whatever state, whoever reads: also what no server would tell. */
const dossiers = fc
  .record({
    status: fc.constantFrom('pending' as const, 'confirmed' as const, 'dismissed' as const),
    stage: fc.constantFrom(
      'planned' as const,
      'assessed' as const,
      'decided' as const,
      'running' as const,
      'closed' as const,
    ),
    decision: fc.constantFrom('undecided' as const, 'proposed' as const, 'act' as const, 'not_act' as const),
    running: fc.constantFrom('not_yet' as const, 'runs' as const, 'ended' as const, 'rolled_back' as const),
    settled: fc.constantFrom('proposed' as const, 'approved' as const, 'rejected' as const, undefined),
    gate: fc.option(gates, { nil: null }),
    may: fc.boolean(),
    mayClose: fc.boolean(),
  })
  .map(({ status, stage, decision, running, settled, gate, may, mayClose }) => {
    const plain = dossierOf()
    return dossierOf({
      change: { ...plain.change, status },
      life: { ...plain.life, stage, decision, running, waitsFor: 'its deployment' },
      decisions: settled === undefined ? [] : [decisionOf({ status: settled })],
      gate,
      reader: { ...plain.reader, mayConfirm: may, mayAssess: may, mayPropose: may, mayApprove: may, mayClose },
    })
  })

test('no page says that a change may run, or waits for its deployment, unless the gate lets it', () => {
  fc.assert(
    fc.property(dossiers, (dossier) => {
      const step = nextStep(dossier)
      const isOpen = dossier.gate?.open === true
      expect(step.kind === 'deploy' && !isOpen).toBe(false)
      const isHeld = dossier.life.decision === 'act' && dossier.gate !== null && !isOpen
      expect(isHeld && /deployment/.test(waitsNow(dossier) ?? '')).toBe(false)
    }),
  )
})

test('what was decided and is held back is told before all else, by each of its causes', () => {
  for (const cause of causes.filter((it) => !opens(it))) {
    const plain = dossierOf()
    const it = dossierOf({
      life: { ...plain.life, stage: 'decided', decision: 'act' },
      decisions: [decisionOf()],
      gate: gateOf({ cause, recordId: 'r' }),
    })
    expect(nextStep(it)).toMatchObject({ kind: 'held', gate: { cause } })
    const lead = leadSentence(it).map(({ text }) => text)
    expect(lead).toContain(rulingWords[cause].title)
  }
})

describe('the next step', () => {
  const decided = (given: Partial<ReturnType<typeof dossierOf>['life']>, gate: ChangeGate | null, more = {}) => {
    const plain = dossierOf()
    return nextStep(
      dossierOf({
        life: { ...plain.life, stage: 'decided', ...given },
        decisions: [decisionOf()],
        gate,
        reader: { ...plain.reader, ...more },
      }),
    )
  }
  const open = gateOf({ open: true, answer: 'covered', cause: 'recorded', recordId: 'r' })

  test('of what may run is to deploy it', () => {
    expect(decided({ decision: 'act', next: 'afterai observe' }, open)).toMatchObject({
      kind: 'deploy',
      command: 'afterai observe',
    })
  })

  test('of what was refused and never ran is to close it, for whoever may', () => {
    const shut = gateOf({ cause: 'refused', recordId: 'r' })
    expect(decided({ decision: 'not_act' }, shut, { mayClose: true })).toEqual({ kind: 'close' })
    expect(decided({ decision: 'not_act' }, shut)).toMatchObject({ kind: 'none', title: 'Decided: not to act' })
  })

  test('of what runs although it was refused is to go back, with the command for it', () => {
    const shut = gateOf({ cause: 'refused', recordId: 'r' })
    const step = decided({ decision: 'not_act', running: 'runs', next: 'afterai history' }, shut, { mayPropose: true })
    expect(step).toMatchObject({ kind: 'held', command: 'afterai history' })
  })

  test('of what was decided again and rejected rests on the record that still holds', () => {
    const plain = dossierOf()
    const step = nextStep(
      dossierOf({
        life: { ...plain.life, stage: 'decided', decision: 'act' },
        decisions: [decisionOf({ id: 'd2', status: 'rejected', recordId: null }), decisionOf()],
        gate: open,
      }),
    )
    expect(step.kind).toBe('deploy')
  })

  test('of what was found not to do what it should is to decide again or to close it, and the lead says so', () => {
    const plain = dossierOf()
    const steps = [
      { step: 'verified' as const, at: '2026-11-30T08:00:00.000Z', by: 'Bo', note: 'failed: Refunds fail.' },
    ]
    const life = {
      ...plain.life,
      decision: 'act' as const,
      running: 'runs' as const,
      verification: 'failed' as const,
      steps,
    }
    const it = dossierOf({ life, decisions: [decisionOf()], gate: open, reader: { ...plain.reader, mayPropose: true } })
    expect(nextStep(it)).toEqual({ kind: 'failed', mayDecide: true, evidence: 'Refunds fail.' })
    const lead = (of: typeof it) =>
      leadSentence(of)
        .map(({ text }) => text)
        .join('')
    expect(lead(it)).toContain('It doesn’t do what it was decided for.')
    const closed = [
      ...steps,
      { step: 'closed' as const, at: '2026-11-30T09:00:00.000Z', by: 'Cy', note: 'unsuccessful' },
    ]
    expect(lead(dossierOf({ ...it, life: { ...life, steps: closed, closeCode: 'unsuccessful' } }))).toContain(
      'Cy closed it: it failed.',
    )
  })

  test('of what was rolled back is to close it, and of what is closed there is none', () => {
    expect(decided({ decision: 'act', running: 'rolled_back' }, null, { mayClose: true })).toEqual({ kind: 'close' })
    expect(decided({ decision: 'act', stage: 'closed' }, null)).toMatchObject({ kind: 'none', title: 'Closed' })
  })
})
