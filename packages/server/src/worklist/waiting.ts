import { type Permission, ProblemError } from '@afterai/contract'
import { permissionsHeld, type Principal } from '../access/index.ts'
import type { OpenVote } from '../pacr/index.ts'
import { awaitedOf, type KnownLife } from '../standing/index.ts'

/** Work on a change that waits for somebody. */
export type Work = 'approve' | 'propose' | 'assess' | 'confirm' | 'verify'

/** What somebody may do to changes. */
export type Held = ReadonlySet<Permission>

/** What a principal may do, to look up. */
export function heldBy(principal: Principal): Held {
  return new Set(permissionsHeld(principal))
}

/** Refuses who lacks a permission that an answer needs besides that of its route. @throws ProblemError `forbidden` */
export function refuseWithout(held: Held, needed: readonly Permission[]): void {
  const lacking = needed.find((permission) => !held.has(permission))
  if (lacking === undefined) return
  throw new ProblemError('forbidden', { permission: lacking, detail: `this needs the permission ${lacking}, too` })
}

/**
 * What a change waits for of one person; null: nothing. By what comes next in its life, and what they may do; an open decision waits for
 * those alone who may approve it now, as its policy has it.
 */
export function workFor(
  held: Held,
  { facts, rule }: Pick<KnownLife, 'facts' | 'rule'>,
  vote: OpenVote | undefined,
): Work | null {
  if (vote !== undefined) return vote.refusal === null ? 'approve' : null
  const work = awaitedOf(facts)?.work
  if (work === 'confirm') return held.has('change:write') ? 'confirm' : null
  if (work === 'verify') return held.has('change:write') ? 'verify' : null
  if (work === 'decide' || work === 'look_again') return held.has('decision:write') ? 'propose' : null
  if (work !== 'plan' && work !== 'assess') return null
  if (held.has('assessment:write')) return 'assess'
  // Where an assessment is only wanted, it may be decided without.
  return rule.assessment === 'wanted' && held.has('decision:write') ? 'propose' : null
}
