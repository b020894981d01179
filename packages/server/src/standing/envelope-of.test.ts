import type { DeltaItem, EnvelopeTerms } from '@afterai/contract'
import { describe, expect, test } from 'vitest'
import { envelopeVerdict } from './envelope-of.ts'

const at = new Date('2026-11-30T08:00:00Z')
const terms: EnvelopeTerms = {
  environments: ['production', 'staging'],
  clauses: [
    { path: '/inference/temperature', min: 0, max: 0.5 },
    { path: '/model/name', oneOf: ['large', 'small'] },
    { path: '/prompts/greeting' },
  ],
  evidence: 'none',
  until: '2026-12-31T00:00:00.000Z',
}
const item = (path: string, after: DeltaItem['after']): DeltaItem => ({
  category: 'inference',
  path,
  before: null,
  after,
})
const verdict = (delta: DeltaItem[], more: Partial<EnvelopeTerms> = {}, change: object = {}, when = at) =>
  envelopeVerdict({ ...terms, ...more }, { environment: 'production', delta, isNotWorse: null, ...change }, when)

describe('an envelope of standard changes', () => {
  test('holds what differs only by what its clauses allow, each of it', () => {
    for (const delta of [
      [item('/inference/temperature', 0.5)],
      [item('/inference/temperature', 0), item('/model/name', 'small')],
      [item('/prompts/greeting/digest', 'hmac-sha256:x')],
      [item('/prompts/greeting/version', null)],
    ]) {
      expect(verdict(delta)).toEqual({ inside: true })
    }
  })

  test.each([
    ['a value beyond its bound', [item('/inference/temperature', 0.51)], 'may not be 0.51'],
    ['text where a number is bounded', [item('/inference/temperature', '0.2')], 'may not be 0.2'],
    ['a value that is left out where it is bounded', [item('/inference/temperature', null)], 'may not be left out'],
    ['a value that is not among those named', [item('/model/name', 'huge')], 'may not be huge'],
    [
      'one difference too many',
      [item('/model/name', 'small'), item('/inference/topP', 1)],
      'none is about /inference/topP',
    ],
    [
      'a path that only begins alike',
      [item('/prompts/greetings/digest', 'x')],
      'none is about /prompts/greetings/digest',
    ],
    ['nothing that differs', [], 'nothing differs'],
  ])('names the clause that fails for %s', (_what, delta, failing) => {
    const found = verdict(delta)
    expect(found.inside).toBe(false)
    expect('failing' in found && found.failing).toContain(failing)
  })

  test('holds only in its environments, its time, and on the evidence that it wants', () => {
    const delta = [item('/inference/temperature', 0.1)]
    expect(verdict(delta, {}, { environment: 'canary' })).toMatchObject({
      failing: 'environments: canary is none of them',
    })
    expect(verdict(delta, {}, {}, new Date(terms.until))).toMatchObject({ inside: false })
    expect(verdict(delta, { evidence: 'not_worse' })).toMatchObject({ failing: 'evidence: it is not assessed' })
    expect(verdict(delta, { evidence: 'not_worse' }, { isNotWorse: false }).inside).toBe(false)
    expect(verdict(delta, { evidence: 'not_worse' }, { isNotWorse: true }).inside).toBe(true)
  })
})
