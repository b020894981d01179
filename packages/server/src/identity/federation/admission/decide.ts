import type { Role } from '@afterai/contract'
import { isOfDomain } from '../claims.ts'

/** Why somebody isn't let in, by the code that the audit trail keeps; the words are for that person. */
export const refusalReasons = {
  no_group: 'none of your groups has a role in this tenant',
  disabled: 'your account is disabled here',
  not_a_member: 'you are not a member, and this provider makes nobody one',
  no_email: 'the provider tells no e-mail address of yours',
  email_not_verified: 'the provider has not verified your e-mail address',
  domain_not_allowed: 'your e-mail address is of a domain that this provider may not vouch for',
  address_taken: 'a member has your e-mail address: an administrator can say that it is you',
} as const
export type RefusalReason = keyof typeof refusalReasons

/** Settings of a provider that tell whom it may bring. */
export interface AdmissionRules {
  readonly creates_members: boolean
  readonly allowed_domains: readonly string[]
}

/** Facts about a person whom a provider vouches for: what it says, and what the tenant knows. */
export interface Arrival {
  /** The role of their groups; undefined where they have none here. */
  readonly role: Role | undefined
  readonly email: string | undefined
  readonly emailVerified: boolean | undefined
  /** The account that the provider's subject is, where it came before. */
  readonly linked: { readonly accountId: string; readonly isMember: boolean; readonly isDisabled: boolean } | undefined
  /** The member who has the address, for a subject that never came before. */
  readonly addressed:
    | { readonly accountId: string; readonly isLinked: boolean; readonly isDisabled: boolean }
    | undefined
  /** Whether an open invitation waits at the address, for a subject that never came before. */
  readonly isInvited: boolean
}

/** The outcome of an arrival. */
export type AdmissionDecision =
  | { readonly kind: 'refused'; readonly accountId: string | null; readonly reason: RefusalReason }
  /** Refused for want of a group, and no member any more. */
  | { readonly kind: 'expelled'; readonly accountId: string }
  | { readonly kind: 'returning' | 'rejoining' | 'linked'; readonly accountId: string; readonly role: Role }
  | { readonly kind: 'invited' | 'created'; readonly email: string; readonly role: Role }

/**
 * Decides who a subject is here and with which role. The subject alone is the identity; an e-mail address counts only the first time:
 * for a member's account or an invitation where it is verified, and for the account where the provider may vouch for its domain
 * (ASVS 6.8.1).
 */
export function decideAdmission(rules: AdmissionRules, arrival: Arrival): AdmissionDecision {
  const { role, linked } = arrival
  if (role === undefined)
    return linked === undefined ? refused('no_group') : { kind: 'expelled', accountId: linked.accountId }
  if (linked === undefined) return decideNew(rules, arrival, role)
  const { accountId, isMember, isDisabled } = linked
  if (isDisabled) return refused('disabled', accountId)
  if (isMember) return { kind: 'returning', accountId, role }
  return rules.creates_members ? { kind: 'rejoining', accountId, role } : refused('not_a_member', accountId)
}

/** Somebody of whom only the provider's word is known: a member by verified address, an invited person, a new member, or nobody. */
function decideNew(
  rules: AdmissionRules,
  { email, emailVerified, addressed, isInvited }: Arrival,
  role: Role,
): AdmissionDecision {
  if (email === undefined) return refused('no_email')
  const isVerified = emailVerified === true
  const isOfDomains = isOfDomain(email, rules.allowed_domains)
  if (addressed !== undefined) {
    // An address that goes to another person at the provider doesn't take the account along.
    if (!isVerified || !isOfDomains || addressed.isLinked) return refused('address_taken')
    return addressed.isDisabled ? refused('disabled') : { kind: 'linked', accountId: addressed.accountId, role }
  }
  if (isVerified && isInvited) return { kind: 'invited', email, role }
  if (!rules.creates_members) return refused('not_a_member')
  if (emailVerified === false) return refused('email_not_verified')
  if (rules.allowed_domains.length > 0 && !isOfDomains) return refused('domain_not_allowed')
  return { kind: 'created', email, role }
}

function refused(reason: RefusalReason, accountId: string | null = null): AdmissionDecision {
  return { kind: 'refused', accountId, reason }
}
