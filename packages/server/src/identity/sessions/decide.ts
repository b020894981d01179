import type { TenantView } from '@afterai/contract'
import { idleRefusal, type Refusal } from '../../access/index.ts'

/** The tenant to sign in to: who names none is let into the first that is open to them. */
export function chosenTenant(tenants: readonly TenantView[], wanted: string | undefined): TenantView | undefined {
  if (wanted !== undefined) return tenants.find(({ slug }) => slug === wanted)
  return tenants.find(({ suspended }) => !suspended) ?? tenants[0]
}

/** A refresh handle that somebody shows, and the session that it is of. */
export interface ShownHandle {
  readonly session: { readonly refusal: Refusal | null; readonly usedAt: string }
  /** Whether it was spent before. */
  readonly reused: boolean
  /** Whether a cookie brought it, and not from our own pages. */
  readonly isElsewhere: boolean
}

/** The outcome of showing a refresh handle. */
export type RefreshDecision =
  | { readonly kind: 'refused'; readonly reason: Refusal }
  /** Somebody else holds a copy: the session ends. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'renewed' }

/** Decides what comes of a refresh handle. One whose session is over tells nothing more, spent before or not. */
export function decideRefresh(
  { session, reused, isElsewhere }: ShownHandle,
  { sessionIdleMs, nowMs }: { sessionIdleMs: number; nowMs: number },
): RefreshDecision {
  const reason =
    session.refusal ?? idleRefusal(session, sessionIdleMs, nowMs) ?? (isElsewhere ? ('cross_origin' as const) : null)
  if (reason !== null) return { kind: 'refused', reason }
  return { kind: reused ? 'ended' : 'renewed' }
}

/** How and when somebody proved who they are, and until when that holds. */
export interface Proof {
  /** RFC 8176's `amr`. */
  readonly methods: readonly string[]
  readonly authenticatedAt: Date
  readonly expiresAt: Date
}

/** The proof of a session that takes the place of another one, and ends when that would have. What was proved besides makes it fresh. */
export function succeeding(ended: Proof, proved: readonly string[], now: Date): Proof {
  if (proved.length === 0) return ended
  return { methods: [...new Set([...ended.methods, ...proved])], authenticatedAt: now, expiresAt: ended.expiresAt }
}
