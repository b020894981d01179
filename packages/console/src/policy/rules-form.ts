import type { Policy } from '@afterai/client'
import { useState } from 'react'
import { draftsOf, ownPolicy, type RuleDraft, type Scope } from './rule-draft.ts'

/** Rules as they are filled in, and what they were begun from. */
export interface RulesForm {
  readonly drafts: readonly RuleDraft[]
  readonly set: (drafts: readonly RuleDraft[]) => void
  /** The version of the scope that was read: what is sent is based on it. */
  readonly basedOn: number
  /** The version that somebody else set since it was read, to be looked at first. */
  readonly changed: Policy | undefined
  /** The rules that the scope has of its own, where those here were begun for another one. */
  readonly unread: Policy | undefined
  /** Takes what holds now, and lets go of what is here. */
  readonly load: () => void
  /** Keeps what is here, knowing what holds now. */
  readonly keep: () => void
}

/**
 * Rules of a scope to fill in. Until something is altered they are those of whichever scope is named, as they are; from then on they
 * stay, and what the scope has of its own, or got meanwhile, is told.
 * @param now the policies as they are, which others set, too
 */
export function useRulesForm(now: readonly Policy[], scope: Scope): RulesForm {
  const [edited, setEdited] = useState<Edited>()
  const read = edited?.read ?? now
  const drafts = edited?.drafts ?? draftsOf(now, scope)
  const versionIn = (policies: readonly Policy[]) => ownPolicy(policies, scope)?.version ?? 0
  const isOfOther = edited !== undefined && !isSame(edited.of, scope)
  return {
    drafts,
    set: (altered) => setEdited({ of: scope, read, ...edited, drafts: altered }),
    basedOn: versionIn(read),
    changed: versionIn(now) === versionIn(read) ? undefined : ownPolicy(now, scope),
    unread: isOfOther ? ownPolicy(read, scope) : undefined,
    load: () => setEdited(undefined),
    keep: () => setEdited({ drafts, of: scope, read: now }),
  }
}

interface Edited {
  readonly drafts: readonly RuleDraft[]
  /** The scope that they were begun for, and the policies as they were then. */
  readonly of: Scope
  readonly read: readonly Policy[]
}

function isSame(one: Scope, other: Scope): boolean {
  return one.system === other.system && one.environment === other.environment
}
