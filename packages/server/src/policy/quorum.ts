import { type ApprovalRule, type PolicyCheck, type PolicyRule, permissions, type Role } from '@afterai/contract'

/** How many must agree. */
export function quorumOf({ ruleType, quorum, people }: ApprovalRule): number {
  if (ruleType === 'majority_approval') return Math.floor(people.length / 2) + 1
  if (ruleType === 'unanimous_approval') return people.length
  return ruleType === 'custom' ? quorum : 1
}

/** A member who isn't disabled, as far as rules look at them. */
export interface RuledMember {
  readonly accountId: string
  readonly kind: 'person' | 'service'
  readonly role: Role
}

type Warning = PolicyCheck['warnings'][number]

/** What of rules nobody could follow with the members that there are: a quorum of more people than may approve, or than are left beside who proposes. */
export function warningsOf(rules: readonly PolicyRule[], members: readonly RuledMember[]): Warning[] {
  return rules.flatMap((rule, index) => {
    // What needs no decision needs nobody to take it.
    const detail = rule.decision === 'never' ? undefined : lackOf(rule.approvals, members)
    return detail === undefined ? [] : [{ pointer: `/rules/${index}/approvals`, detail }]
  })
}

function lackOf(rule: ApprovalRule, members: readonly RuledMember[]): string | undefined {
  const { people, allowSelfApproval, roles } = rule
  const may = members.filter(
    ({ accountId, kind, role }) =>
      kind === 'person' && roles.some((it) => it === role) && (people.length === 0 || people.includes(accountId)),
  )
  const quorum = quorumOf(rule)
  const asked = `${quorum} must agree`
  if (may.length === 0) return `${asked}, and nobody may: no decision by this rule could be approved`
  if (quorum > may.length) {
    return `${asked}, and only ${may.length} may: no decision by this rule could be approved`
  }
  if (allowSelfApproval || quorum < may.length) return undefined
  const known = new Set(may.map(({ accountId }) => accountId))
  const isProposedByOthers = members.some((it) => !known.has(it.accountId) && mayPropose(it.role))
  const all = may.length === 1 ? 'there is one who may' : `there are ${may.length} who may`
  return isProposedByOthers
    ? `${asked}, ${all}, and who proposes may not approve: what one of them proposes could not be approved`
    : `${asked}, ${all}, and who proposes may not approve: as nobody else may propose, no decision by this rule could be approved`
}

function mayPropose(role: Role): boolean {
  const holders: readonly Role[] = permissions['decision:write'].roles
  return holders.includes(role)
}
