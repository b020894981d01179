import { type Role, roles } from '@afterai/contract'
import { array, assert, constantFrom, integer, nat, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { type MemberEvent, type MemberNow, membersAt } from './members-at.ts'

type Step = readonly [person: number, what: 'role' | 'groups' | 'disable' | 'enable' | 'remove' | 'join', role: Role]

const steps = array<Step>(
  tuple(
    integer({ min: 0, max: 3 }),
    constantFrom('role', 'groups', 'disable', 'enable', 'remove', 'join'),
    constantFrom(...roles),
  ),
  { maxLength: 40 },
)

interface Membership {
  readonly role: Role
  readonly isDisabled: boolean
  readonly since: Date
}

const instant = (n: number): Date => new Date(Date.UTC(2026, 0, 1) + n * 1000)

/** What a tenant goes through, as the service does it: its events, and who was a member after each step. */
function lived(all: readonly Step[]) {
  const members = new Map<string, Membership>([['person-0', { role: 'admin', isDisabled: false, since: instant(0) }]])
  const events: MemberEvent[] = [{ action: 'instance.set_up', at: instant(0), accountId: 'person-0', details: {} }]
  const snapshots = [new Map(members)]
  for (const [nth, [person, what, role]] of all.entries()) {
    const accountId = `person-${person}`
    const at = instant(nth + 1)
    const had = members.get(accountId)
    const leave = (action: string, details: MemberEvent['details'], next: Membership | undefined): void => {
      events.push({ action, at, accountId, details })
      if (next === undefined) members.delete(accountId)
      else members.set(accountId, next)
    }
    if (had === undefined) {
      if (what === 'join') leave('member.join', { role }, { role, isDisabled: false, since: at })
    } else if (what === 'role') leave('member.change_role', { from: had.role, to: role }, { ...had, role })
    else if (what === 'groups') leave('member.set_role', { before: had.role, role }, { ...had, role })
    else if (what === 'remove') leave('member.remove', { role: had.role }, undefined)
    else if (what === 'disable' && !had.isDisabled) leave('member.disable', {}, { ...had, isDisabled: true })
    else if (what === 'enable' && had.isDisabled) leave('member.enable', {}, { ...had, isDisabled: false })
    snapshots.push(new Map(members))
  }
  const now: MemberNow[] = [...members].map(([accountId, it]) => ({ accountId, ...it }))
  return { events, now, snapshots }
}

function enabledOf(members: ReadonlyMap<string, Membership> | undefined) {
  return [...(members ?? [])]
    .filter(([, { isDisabled }]) => !isDisabled)
    .map(([accountId, { role }]) => ({ accountId, role }))
    .toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1))
}

test('who was a member at each instant is who was one, whatever was given and taken since', () => {
  assert(
    property(steps, (all) => {
      const { events, now, snapshots } = lived(all)
      for (const [nth, members] of snapshots.entries()) {
        expect(membersAt(events, now, instant(nth))).toEqual(enabledOf(members))
      }
    }),
  )
})

test('of who became a member without an event, the trail from then on and what they are now say what they were', () => {
  assert(
    property(steps, nat(40), (all, cut) => {
      const { events, now, snapshots } = lived(all)
      // Memberships of which the trail lost the beginning, and that last.
      const lasting = new Map(now.map((it) => [it.accountId, it.since]))
      const kept = events.filter(({ at }) => at > instant(cut))
      for (const [nth, members] of snapshots.entries()) {
        if (nth < cut) continue
        const of = (found: readonly { readonly accountId: string }[]) =>
          found.filter(({ accountId }) => (lasting.get(accountId) ?? instant(1000)) <= instant(cut))
        expect(of(membersAt(kept, now, instant(nth)))).toEqual(of(enabledOf(members)))
      }
    }),
  )
})

test('what is told of the past needs no present: later events change nothing of it', () => {
  assert(
    property(steps, nat(40), (all, nth) => {
      const { events, now } = lived(all)
      const until = events.filter(({ at }) => at <= instant(nth))
      expect(membersAt(events, now, instant(nth))).toEqual(membersAt(until, [], instant(nth)))
    }),
  )
})
