import { gateAnswers, rulingCauses, standings } from '@afterai/contract'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GateFacts, gateOf } from './gate-of.ts'
import type { Ruling } from './ruling.ts'
import { type RunFacts, standingOf } from './standing-of.ts'

const epoch = Date.parse('2026-11-30T08:00:00Z')
const instant = fc.integer({ min: -90, max: 90 }).map((days) => new Date(epoch + days * 86_400_000))
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null })

const recorded: fc.Arbitrary<Ruling> = fc.record({
  is: fc.constant('record' as const),
  recordId: fc.constant('r'),
  decision: fc.constantFrom('act' as const, 'not_act' as const),
  sealedAt: instant,
  reviewBy: maybe(instant.map((at) => at.toISOString().slice(0, 10))),
  validUntil: maybe(instant),
  broken: maybe(fc.record({ note: fc.constant('0.2 > 0.1'), at: instant })),
  hasNewEvidence: fc.boolean(),
})
const accepted: fc.Arbitrary<Ruling> = fc.record({
  is: fc.constant('accepted' as const),
  acceptedAt: instant,
  by: maybe(fc.constant('Bo')),
})
const emergency = fc.record({ by: fc.constant('Bo'), reason: fc.constant('It is down.'), due: instant })
const rule = fc.record({
  decision: fc.constantFrom('before' as const, 'after' as const, 'never' as const),
  withinHours: fc.integer({ min: 1, max: 100 }),
  assessment: fc.constantFrom('wanted' as const, 'needed' as const, 'planned' as const),
})
const facts: fc.Arbitrary<GateFacts> = fc.record({
  ruling: maybe(fc.oneof(recorded, accepted)),
  change: maybe(
    fc.record({
      id: fc.constant('c'),
      status: fc.constantFrom('pending' as const, 'confirmed' as const, 'dismissed' as const),
      openDecisionId: maybe(fc.constant('d')),
      plan: fc.constantFrom('none' as const, 'sealed' as const, 'followed' as const),
    }),
  ),
  startsElsewhere: fc.boolean(),
  rule,
  emergency: maybe(emergency),
  envelope: maybe(fc.oneof(fc.constant({ id: 'e' }), fc.constant({ failing: 'clauses' }))),
})

/** What runs by the same ruling, as a standing sees it. */
function runOf({ ruling, rule: by }: GateFacts): RunFacts {
  return {
    system: 'bot',
    environment: 'production',
    isAlone: false,
    startedAt: new Date(epoch),
    knownAt: new Date(epoch),
    change: null,
    ruling,
    plan: null,
    rule: by,
    emergency: null,
    envelopeId: null,
  }
}

test('the gate is open for what a record covers exactly as long as what runs by that record is authorised', () => {
  fc.assert(
    fc.property(fc.record({ ruling: recorded, facts, at: instant }), ({ ruling, facts: other, at }) => {
      const it = { ...other, ruling, startsElsewhere: false }
      const gate = gateOf(it, at)
      const standing = standingOf(runOf(it), at)
      expect(gate.open).toBe(standing.standing === 'authorised')
      expect([gate.cause, gate.reason]).toEqual([standing.cause, standing.reason])
      expect(gate.validUntil).toEqual(gate.open ? standing.due : null)
    }),
  )
})

test('nothing that a record refuses, that is broken, over or overtaken is ever let through', () => {
  fc.assert(
    fc.property(facts, instant, (it, at) => {
      const { open, answer, cause, since, validUntil } = gateOf(it, at)
      const { ruling } = it
      const record = ruling?.is === 'record' ? ruling : undefined
      const isHeld =
        record !== undefined &&
        (record.decision === 'not_act' ||
          record.broken !== null ||
          record.hasNewEvidence ||
          it.startsElsewhere ||
          (record.validUntil !== null && at >= record.validUntil) ||
          (record.reviewBy !== null && at.toISOString().slice(0, 10) > record.reviewBy))
      expect(open && isHeld).toBe(false)
      expect(open).toBe(['recorded', 'accepted', 'standard', 'not_needed', 'emergency'].includes(cause))
      expect(open).toBe(['covered', 'accepted_baseline', 'standard', 'exempt', 'emergency'].includes(answer))
      // It never says until when for what is shut, nor since when for what is open.
      expect(open ? since : validUntil).toBeNull()
      expect(validUntil === null || validUntil > at).toBe(true)
    }),
  )
})

test('every answer and every cause is one that can be given', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(facts, instant, (it, at) => {
      const { answer, cause } = gateOf(it, at)
      seen.add(answer).add(cause)
    }),
    { numRuns: 5_000 },
  )
  // What runs alone can deviate: what is asked about is what it is.
  expect([...gateAnswers, ...rulingCauses].filter((it) => !seen.has(it))).toEqual(['deviates'])
  expect(standings).toContain('deviating')
})
