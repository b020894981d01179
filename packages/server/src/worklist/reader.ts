import type { Change, Decision, DossierReader, Permission } from '@afterai/contract'
import { closeRefusal, type KnownLife } from '../standing/index.ts'
import type { Held } from './waiting.ts'

/** What is known of a change when it is told what somebody may do to it. */
interface Known {
  readonly change: Pick<Change, 'status'>
  readonly facts: KnownLife['facts']
  readonly open: Pick<Decision, 'id'> | undefined
  /** Why they may not approve the open decision; null: they may. */
  readonly refusal: Error | null
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
    mayNot,
  }
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
