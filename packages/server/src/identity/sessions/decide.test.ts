import type { TenantView } from '@afterai/contract'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chosenTenant, decideRefresh, type Proof, type ShownHandle, succeeding } from './decide.ts'

const nowMs = Date.parse('2026-11-24T09:00:00Z')
const limits = { sessionIdleMs: 60_000, nowMs }
const usedAt = (agoMs: number): string => new Date(nowMs - agoMs).toISOString()
const shown: ShownHandle = { session: { refusal: null, usedAt: usedAt(1_000) }, reused: false, isElsewhere: false }
const over = { refusal: 'revoked' as const, usedAt: usedAt(1_000) }

test.each<[string, Partial<ShownHandle>, object]>([
  ['is renewed', {}, { kind: 'renewed' }],
  ['is renewed to the last moment', { session: { refusal: null, usedAt: usedAt(60_000) } }, { kind: 'renewed' }],
  [
    'is refused once nobody used it for too long',
    { session: { refusal: null, usedAt: usedAt(60_001) } },
    { reason: 'idle' },
  ],
  ['is refused where the session is over', { session: over }, { reason: 'revoked' }],
  [
    'tells nothing more of a session that is over',
    { session: over, reused: true },
    { kind: 'refused', reason: 'revoked' },
  ],
  ['is refused from somebody else’s page', { isElsewhere: true }, { reason: 'cross_origin' }],
  ['ends its session when it comes a second time', { reused: true }, { kind: 'ended' }],
])('P3.2: a refresh handle %s', (_, more, decision) => {
  expect(decideRefresh({ ...shown, ...more }, limits)).toMatchObject(decision)
})

const instants = fc.date({ min: new Date(0), max: new Date(8e12), noInvalidDate: true })
const words = fc.array(fc.constantFrom('pwd', 'otp', 'mfa', 'passkey', 'user', 'oidc'), { minLength: 1 })
const proofs: fc.Arbitrary<Proof> = fc.record({ methods: words, authenticatedAt: instants, expiresAt: instants })

test('P3.2: a session in the place of another ends when that would have, and is as fresh as what was proved', () => {
  fc.assert(
    fc.property(proofs, words, instants, (ended, proved, now) => {
      expect(succeeding(ended, [], now)).toEqual(ended)
      const next = succeeding(ended, proved, now)
      expect(next).toMatchObject({ expiresAt: ended.expiresAt, authenticatedAt: now })
      expect(new Set(next.methods)).toEqual(new Set([...ended.methods, ...proved]))
      expect(next.methods).toHaveLength(new Set(next.methods).size)
    }),
  )
})

test('who names no tenant is let into the first that is open; who names one, into no other', () => {
  const tenant = (slug: string, suspended = false): TenantView => ({
    id: slug,
    slug,
    name: slug,
    role: 'member',
    sample: false,
    instance: false,
    suspended,
  })
  const tenants = [tenant('a', true), tenant('b'), tenant('c')]
  expect(chosenTenant(tenants, undefined)?.slug).toBe('b')
  expect(chosenTenant(tenants, 'a')?.slug).toBe('a')
  expect(chosenTenant(tenants, 'd')).toBeUndefined()
  // So that it can be said that they all are suspended.
  expect(chosenTenant([tenant('a', true)], undefined)?.slug).toBe('a')
  expect(chosenTenant([], undefined)).toBeUndefined()
})
