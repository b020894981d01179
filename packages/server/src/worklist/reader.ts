import type { Change, Decision, Dossier, DossierReader, Permission } from '@afterai/contract'
import type { Principal } from '../access/index.ts'
import { closeRefusal, type KnownLife } from '../standing/index.ts'
import type { Held } from './waiting.ts'

/** What is known of a change when it is told what somebody may do to it. */
interface Known {
  readonly change: Pick<Change, 'status'>
  readonly facts: KnownLife['facts']
  readonly open: Pick<Decision, 'id'> | undefined
  /** Why they may not approve the open decision; null: they may. */
  readonly refusal: Error | null
  /** Why they may not declare an emergency; undefined: they may. */
  readonly whyNoEmergency: string | undefined
}

/** What somebody may do to a change now, and why not, in sentences. */
export function readerOf(held: Held, known: Known): DossierReader {
  const { status } = known.change
  const isDismissed = status === 'dismissed' ? 'It is dismissed.' : undefined
  const why = {
    mayConfirm: status === 'pending' ? without(held, 'change:write') : `It is ${status} already.`,
    mayAssess: isDismissed ?? without(held, 'assessment:write'),
    mayPropose: isDismissed ?? whyNotPropose(known) ?? without(held, 'decision:write'),
    mayApprove: whyNotApprove(held, known),
    mayClose: whyNotClose(known) ?? without(held, 'decision:write'),
    mayDeclareEmergency: isDismissed ?? without(held, 'change:write') ?? known.whyNoEmergency,
  }
  const mayNot = Object.fromEntries(
    Object.entries(why).flatMap(([name, reason]) => (reason === undefined ? [] : [[name, reason]])),
  )
  return {
    mayConfirm: why.mayConfirm === undefined,
    mayAssess: why.mayAssess === undefined,
    mayPropose: why.mayPropose === undefined,
    mayApprove: why.mayApprove === undefined,
    mayClose: why.mayClose === undefined,
    mayDeclareEmergency: why.mayDeclareEmergency === undefined,
    mayNot,
  }
}

/** Why somebody may not declare an emergency, as the policy has it and as the change stands; undefined where they may. */
export function whyNoEmergency(
  { role, credential }: Pick<Principal, 'role' | 'credential'>,
  { emergency, rule, facts }: Pick<KnownLife, 'facts' | 'rule'> & Pick<Dossier, 'emergency'>,
): string | undefined {
  if (emergency !== null) return 'It is an emergency already.'
  if (facts.approved?.decision === 'act') return 'It is decided: there is nothing that can’t wait for a decision.'
  const { roles } = rule.emergency
  if (roles.length === 0) return 'The policy lets nobody declare one.'
  const isNamed = credential !== 'api_key' && roles.some((it) => it === role)
  return isNamed ? undefined : `The policy has ${roles.join(' or ')} declare one, signed in.`
}

function without(held: Held, permission: Permission): string | undefined {
  return held.has(permission) ? undefined : `Your role, or your key, does not have the permission ${permission}.`
}

function whyNotPropose({ change, open }: Known): string | undefined {
  if (change.status === 'pending') return 'Nobody has said yet that it is real.'
  return open === undefined ? undefined : 'A decision on it waits for its approver: settle that one first.'
}

function whyNotApprove(held: Held, { open, refusal }: Known): string | undefined {
  if (open === undefined) return 'No decision on it waits for approval.'
  if (!held.has('decision:approve')) return without(held, 'decision:approve')
  return refusal === null ? undefined : sentence(refusal.message)
}

function whyNotClose({ facts }: Known): string | undefined {
  const refusal = closeRefusal(facts, facts.implemented === null ? 'cancelled' : 'unsuccessful')
  return refusal === undefined ? undefined : sentence(refusal)
}

function sentence(text: string): string {
  const whole = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
  return whole.endsWith('.') ? whole : `${whole}.`
}
