import type { Role } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** A person who was a member at an instant, and could sign in to the tenant. */
export interface MemberThen {
  readonly accountId: string
  readonly role: Role
}

/** An event by which a person became a member, or another one, or none. */
export interface MemberEvent {
  readonly action: string
  readonly at: Date
  readonly accountId: string
  readonly details: { readonly role?: Role; readonly from?: Role; readonly to?: Role; readonly before?: Role }
}

/** A person who is a member now. */
export interface MemberNow {
  readonly accountId: string
  readonly role: Role
  readonly isDisabled: boolean
  readonly since: Date
}

/** What events say of members: by whom they are made, and what becomes of them. */
const memberActions = [
  'instance.set_up',
  'member.join',
  'member.change_role',
  'member.set_role',
  'member.disable',
  'member.enable',
  'member.remove',
]

/** The statement that reads every event of the trail by which people became members, or others, or none, in their order. */
export function selectMemberEvents(tx: Transaction, tenantId: string): CompiledQuery<MemberEvent> {
  // Who sets an instance up is its first administrator: that event is of the tenant, by them.
  return sql<MemberEvent>`
    select action, occurred_at as at, details,
      case when action = 'instance.set_up' then actor_id::text else substr(resource, ${'account/'.length + 1}) end as "accountId"
    from audit_event
    where tenant_id = ${tenantId} and action = any(${memberActions}::text[]) and outcome = 'allowed'
    order by occurred_at, id`.compile(tx)
}

/** The statement that reads the people who are members now. */
export function selectMembersNow(tx: Transaction, tenantId: string): CompiledQuery<MemberNow> {
  return sql<MemberNow>`
    select account_id as "accountId", role, disabled_at is not null as "isDisabled", created_at as since
    from membership where tenant_id = ${tenantId} and kind = 'person'`.compile(tx)
}

interface State {
  readonly role: Role
  readonly isDisabled: boolean
}

/**
 * The people who were members at an instant and not disabled, by a replay of the trail up to it. Who became a member without an event, or
 * before the trail began, was what the first event found them to be; without any they are as they always were.
 * @param events in the order in which they happened
 */
export function membersAt(events: readonly MemberEvent[], now: readonly MemberNow[], at: Date): MemberThen[] {
  const told = Map.groupBy(events, ({ accountId }) => accountId)
  const rows = new Map(now.map((row) => [row.accountId, row]))
  const accounts = new Set([...told.keys(), ...rows.keys()])
  return [...accounts].toSorted().flatMap((accountId) => {
    const own = told.get(accountId) ?? []
    let state = firstState(own, rows.get(accountId), at)
    for (const event of own) if (event.at <= at) state = after(state, event)
    return state === undefined || state.isDisabled ? [] : [{ accountId, role: state.role }]
  })
}

function after(state: State | undefined, { action, details }: MemberEvent): State | undefined {
  if (action === 'member.remove') return undefined
  const role = action === 'instance.set_up' ? 'admin' : (details.to ?? details.role ?? state?.role)
  if (action === 'member.join' || action === 'instance.set_up') return role && { role, isDisabled: false }
  const isDisabled = action === 'member.disable' || (action !== 'member.enable' && state?.isDisabled === true)
  return role && { role, isDisabled }
}

/** What an account was before its first event. */
function firstState(events: readonly MemberEvent[], row: MemberNow | undefined, at: Date): State | undefined {
  const [first] = events
  if (first?.action === 'member.join' || first?.action === 'instance.set_up') return undefined
  const isGoneSince = events.some(({ action }) => action === 'member.remove')
  // A membership that was made anew says nothing of the one before.
  const isSameMembership = row !== undefined && !isGoneSince
  if (isSameMembership && row.since > at && events.every((it) => it.at > at)) return undefined
  const changed = events.find(({ action }) => /^member\.(?:change_role|set_role|remove)$/.test(action))
  const role =
    changed === undefined ? row?.role : (changed.details.from ?? changed.details.before ?? changed.details.role)
  const switched = events.find(({ action }) => action === 'member.disable' || action === 'member.enable')
  const isDisabled = switched === undefined ? isSameMembership && row.isDisabled : switched.action === 'member.enable'
  return role && { role, isDisabled }
}
