import type { RulingCause } from '@afterai/contract'

/** What ruled last on a configuration: a sealed record, or a person who accepted it as it ran. */
export type Ruling =
  | {
      readonly is: 'record'
      readonly recordId: string
      readonly decision: 'act' | 'not_act'
      readonly sealedAt: Date
      /** The day at whose end it must be looked at again. */
      readonly reviewBy: string | null
      /** Until when the approval holds; null: without an end. */
      readonly validUntil: Date | null
      /** The condition of it that broke first: what was found, and when. */
      readonly broken: { readonly note: string; readonly at: Date } | null
      /** Whether its change was assessed again since: nobody decided on that. */
      readonly hasNewEvidence: boolean
    }
  | { readonly is: 'accepted'; readonly acceptedAt: Date; readonly by: string | null }

/** Why a record lets nothing run, or nothing any more. */
export interface HeldBack {
  readonly cause: Extract<
    RulingCause,
    'refused' | 'condition_broken' | 'review_passed' | 'approval_ended' | 'assessed_again'
  >
  readonly reason: string
  /** Since when; null where no instant says so. */
  readonly since: Date | null
}

type RecordRuling = Extract<Ruling, { is: 'record' }>

const dayMs = 86_400_000

/** Why a record lets nothing run at an instant; null where it lets it run. The gate and every standing rest on this. */
export function heldBack(ruling: RecordRuling, at: Date): HeldBack | null {
  if (ruling.decision === 'not_act') {
    return { cause: 'refused', reason: 'a record says that it must not run', since: ruling.sealedAt }
  }
  const { broken, reviewBy, validUntil } = ruling
  if (broken !== null) {
    const reason = `a condition of its record is broken: ${broken.note}`
    return { cause: 'condition_broken', reason, since: broken.at }
  }
  const review = reviewEnd(reviewBy)
  if (review !== null && at >= review) {
    return { cause: 'review_passed', reason: `its record was to be reviewed by ${reviewBy ?? ''}`, since: review }
  }
  if (validUntil !== null && at >= validUntil) {
    return { cause: 'approval_ended', reason: `its approval held until ${validUntil.toISOString()}`, since: validUntil }
  }
  if (ruling.hasNewEvidence) {
    const reason = 'its change was assessed again after its record was sealed: decide on what that found'
    return { cause: 'assessed_again', reason, since: null }
  }
  return null
}

/** Until when a record lets it run, if nothing else happens; null: without an end. */
export function endOf({ reviewBy, validUntil }: RecordRuling): Date | null {
  const ends = [reviewEnd(reviewBy), validUntil].filter((it) => it !== null)
  return ends.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null
}

/** The end of the day by which a record is to be looked at again. */
function reviewEnd(reviewBy: string | null): Date | null {
  return reviewBy === null ? null : new Date(Date.parse(`${reviewBy}T00:00:00Z`) + dayMs)
}
