import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AdmissionRules, type Arrival, decideAdmission } from './decide.ts'

const rules: AdmissionRules = { creates_members: true, allowed_domains: ['corp.example'] }
const email = 'ada@corp.example'
const stranger: Arrival = {
  role: 'member',
  email,
  emailVerified: true,
  linked: undefined,
  addressed: undefined,
  isInvited: false,
}
const linked = { accountId: 'a', isMember: true, isDisabled: false }
const addressed = { accountId: 'b', isLinked: false, isDisabled: false }

test.each<[string, Partial<Arrival>, Partial<AdmissionRules>, object]>([
  ['somebody new becomes a member', {}, {}, { kind: 'created', email, role: 'member' }],
  ['nobody is made a member where the provider makes none', {}, { creates_members: false }, { reason: 'not_a_member' }],
  [
    'who is invited joins where the provider makes none',
    { isInvited: true },
    { creates_members: false },
    { kind: 'invited' },
  ],
  [
    'an invitation lets in whom the provider says nothing of',
    { isInvited: true },
    { allowed_domains: [] },
    { kind: 'invited' },
  ],
  [
    'an invitation waits for a verified address',
    { isInvited: true, emailVerified: undefined },
    {},
    { kind: 'created' },
  ],
  [
    'without a group nobody is let in',
    { role: undefined, isInvited: true },
    {},
    { reason: 'no_group', accountId: null },
  ],
  ['without an address nobody is made a member', { email: undefined }, {}, { reason: 'no_email' }],
  [
    'an address that is not verified makes nobody a member',
    { emailVerified: false },
    {},
    { reason: 'email_not_verified' },
  ],
  [
    'an address of another domain makes nobody a member',
    { email: 'ada@sub.corp.example' },
    {},
    { reason: 'domain_not_allowed' },
  ],
  [
    'a provider without domains makes members of any',
    { email: 'ada@x.example' },
    { allowed_domains: [] },
    { kind: 'created' },
  ],
  ['a verified address of its domain is the member who has it', { addressed }, {}, { kind: 'linked', accountId: 'b' }],
  ['an address that it may not vouch for is not', { addressed }, { allowed_domains: [] }, { reason: 'address_taken' }],
  [
    'an address whose member is somebody else at the provider is not',
    { addressed: { ...addressed, isLinked: true } },
    {},
    { reason: 'address_taken' },
  ],
  [
    'a disabled member stays out by the address',
    { addressed: { ...addressed, isDisabled: true } },
    {},
    { reason: 'disabled', accountId: null },
  ],
  [
    'who came before comes by the subject, whatever the address',
    { linked, email: undefined },
    {},
    { kind: 'returning', accountId: 'a' },
  ],
  [
    'who was removed becomes a member again',
    { linked: { ...linked, isMember: false } },
    {},
    { kind: 'rejoining', accountId: 'a' },
  ],
  [
    'who was removed stays out where the provider makes no members',
    { linked: { ...linked, isMember: false } },
    { creates_members: false },
    { reason: 'not_a_member', accountId: 'a' },
  ],
  [
    'who is disabled stays out',
    { linked: { ...linked, isDisabled: true } },
    {},
    { reason: 'disabled', accountId: 'a' },
  ],
  [
    'who has no group any more is a member no longer',
    { linked: { ...linked, isDisabled: true }, role: undefined },
    {},
    { kind: 'expelled', accountId: 'a' },
  ],
])('%s', (_, arrival, more, decision) => {
  expect(decideAdmission({ ...rules, ...more }, { ...stranger, ...arrival })).toMatchObject(decision)
})

const account = fc.constantFrom('a', 'b', 'c')
const someRules: fc.Arbitrary<AdmissionRules> = fc.record({
  creates_members: fc.boolean(),
  allowed_domains: fc.subarray(['corp.example', 'other.example']),
})
const arrivals: fc.Arbitrary<Arrival> = fc.record({
  role: fc.constantFrom('member' as const, 'admin' as const, undefined),
  email: fc.constantFrom(email, 'ada@elsewhere.example', undefined),
  emailVerified: fc.constantFrom(true, false, undefined),
  linked: fc.option(fc.record({ accountId: account, isMember: fc.boolean(), isDisabled: fc.boolean() }), {
    nil: undefined,
  }),
  addressed: fc.option(fc.record({ accountId: account, isLinked: fc.boolean(), isDisabled: fc.boolean() }), {
    nil: undefined,
  }),
  isInvited: fc.boolean(),
})

test('P3.4: whatever a provider says, nobody gets an account by an address that it may not vouch for, nor a role without a group', () => {
  fc.assert(
    fc.property(someRules, arrivals, (ofProvider, arrival) => {
      expect(isAllowed(ofProvider, arrival)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

/** Whether what is decided is within what a provider may ever bring about. */
function isAllowed(ofProvider: AdmissionRules, arrival: Arrival): boolean {
  const { linked: known, addressed: member, email: address = '', emailVerified } = arrival
  const decision = decideAdmission(ofProvider, arrival)
  if (decision.kind === 'refused') return true
  if (decision.kind === 'expelled') return arrival.role === undefined && decision.accountId === known?.accountId
  if (decision.role !== arrival.role) return false
  if (!('accountId' in decision)) return known === undefined && member === undefined
  if (known !== undefined) return decision.accountId === known.accountId && !known.isDisabled
  const isVouchedFor = emailVerified === true && ofProvider.allowed_domains.some((it) => address.endsWith(`@${it}`))
  return isVouchedFor && decision.accountId === member?.accountId && !member.isDisabled && !member.isLinked
}
