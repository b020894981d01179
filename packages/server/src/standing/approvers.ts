import { type Approvers, type PolicyRule, ProblemError } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { findSystem } from '../ace/index.ts'
import { defaultRules, policiesIn, rulesIn, selectDelegationsAt, selectPolicies } from '../policy/index.ts'
import type { Transaction } from '../platform/database.ts'
import { firstIdOf } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { membersAt, type MemberThen, selectMemberEvents, selectMembersNow } from '../trail/index.ts'

/**
 * Who could have approved a change of a system and environment at an instant: by the members and roles of then, which the trail tells, and
 * by the version of the policy that was in force.
 * @throws ProblemError `not_found` where there is no such system, or was none by then; `invalid_request` for the future
 */
export async function readApprovers(
  tx: Transaction,
  tenantId: string,
  {
    system: name,
    environment,
    at: wanted,
  }: { readonly system: string; readonly environment: string; readonly at?: string | undefined },
): Promise<Approvers> {
  const system = await findSystem(tx, tenantId, name)
  const at = wanted === undefined ? new Date() : new Date(wanted)
  refuseUnknowable(system, wanted === undefined ? undefined : at)
  const [events, now, policyRows, delegations] = await together(tx, [
    selectMemberEvents(tx, tenantId),
    selectMembersNow(tx, tenantId),
    selectPolicies(tx, tenantId),
    selectDelegationsAt(tx, tenantId, at),
  ])
  const { rules, version } = rulesIn(policiesIn(policyRows), { systemId: system.id, environment }, at)
  const row = policyRows.find((it) => it.rules === rules)
  const members = membersAt(events, now, at)
  const approving = new Set(members.filter(({ role }) => mayApprove(role)).map(({ accountId }) => accountId))
  const could = members.flatMap((member) => {
    const from = delegations.filter(({ toId, fromId }) => toId === member.accountId && approving.has(fromId))
    const under = rulesOf(rules, member, new Set(from.map(({ fromId }) => fromId)))
    return under.length === 0 ? [] : [{ ...member, rules: under }]
  })
  const [names] = await together(tx, [selectNames(tx, tenantId, could, at)])
  const nameOf = new Map(names.map((it) => [it.accountId, it.name]))
  return {
    system: name,
    environment,
    at: at.toISOString(),
    policy: {
      id: row?.id ?? null,
      system: row?.system ?? null,
      environment: row?.environment ?? null,
      version,
      rules: [...(row?.rules ?? defaultRules)],
      setAt: row?.set_at.toISOString() ?? null,
    },
    people: could.map(({ accountId, role, rules: under }) => ({
      accountId,
      name: nameOf.get(accountId) ?? null,
      role,
      rules: under,
    })),
  }
}

const futureToleranceMs = 5 * 60_000

function refuseUnknowable(
  { name, created_at: since }: { readonly name: string; readonly created_at: Date },
  at?: Date,
): void {
  if (at === undefined) return
  if (at.getTime() > Date.now() + futureToleranceMs) {
    throw new ProblemError('invalid_request', { errors: [{ pointer: '/at', detail: 'lies in the future' }] })
  }
  if (at >= since) return
  const detail = `the system ${name} was not known then; it was registered at ${since.toISOString()}`
  throw new ProblemError('not_found', { detail })
}

function mayApprove(role: MemberThen['role']): boolean {
  return role === 'admin' || role === 'approver'
}

/** The rules under which a member could have approved, by their places from 1: by themselves, or in the place of who delegated to them. */
function rulesOf(
  rules: readonly PolicyRule[],
  { accountId, role }: MemberThen,
  delegators: ReadonlySet<string>,
): Approvers['people'][number]['rules'] {
  return rules.flatMap(({ approvals: { people, roles } }, index): Approvers['people'][number]['rules'] => {
    if (!roles.some((it) => it === role)) return []
    const rule = index + 1
    if (people.length === 0) return [{ rule, function: 'approver' }]
    if (people.includes(accountId)) return [{ rule, function: 'named_approver' }]
    return people.some((it) => delegators.has(it)) ? [{ rule, function: 'delegate' }] : []
  })
}

interface NameRow {
  readonly accountId: string
  readonly name: string | null
}

/** The names that people had at an instant: by which they last did something until then; else those that they have. */
function selectNames(
  tx: Transaction,
  tenantId: string,
  people: readonly MemberThen[],
  at: Date,
): CompiledQuery<NameRow> {
  return sql<NameRow>`
    select it.id as "accountId", coalesce(acted.actor_name, m.name) as name
    from unnest(${people.map(({ accountId }) => accountId)}::uuid[]) as it (id)
    left join membership m on m.tenant_id = ${tenantId} and m.account_id = it.id
    left join lateral (
      select actor_name from audit_event
      where tenant_id = ${tenantId} and actor_id = it.id and id < ${firstIdOf(at.getTime() + 1)}::uuid
      order by id desc limit 1
    ) acted on true`.compile(tx)
}
