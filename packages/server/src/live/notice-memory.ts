import type { Notice } from '../audit/index.ts'
import { newId } from '../platform/ids.ts'

/** The newest notices of all tenants, for those whose stream broke off and who come back. */
export interface NoticeMemory {
  remember(notice: Notice): void
  /** Where a stream of a tenant that begins now goes on from. */
  positionOf(tenantId: string): string
  /** What a tenant was told after a position; undefined where that isn't known any more, or never was one of theirs. */
  since(tenantId: string, position: string): readonly Notice[] | undefined
  /** Forgets all, and every position: something may have been missed. */
  forget(): void
}

/**
 * Creates a memory for so many notices. A position is the id of a notice of the same tenant, so that nobody learns how much others do and
 * every process that heard the same knows it; or, before a tenant's first one, the name of this memory.
 */
export function createNoticeMemory(most: number): NoticeMemory {
  let name = newId()
  let isWhole = true
  const notices = new Map<string, Notice>()
  const newest = new Map<string, string>()

  function forgetOldest(): void {
    const [oldest] = notices.values()
    if (oldest === undefined) return
    notices.delete(oldest.eventId)
    if (newest.get(oldest.tenantId) === oldest.eventId) newest.delete(oldest.tenantId)
    isWhole = false
  }

  return {
    remember(notice) {
      notices.set(notice.eventId, notice)
      newest.set(notice.tenantId, notice.eventId)
      if (notices.size > most) forgetOldest()
    },
    positionOf: (tenantId) => newest.get(tenantId) ?? name,
    since(tenantId, position) {
      const own = [...notices.values()].filter((it) => it.tenantId === tenantId)
      if (position === name) return isWhole ? own : undefined
      const at = own.findIndex(({ eventId }) => eventId === position)
      return at === -1 ? undefined : own.slice(at + 1)
    },
    forget() {
      name = newId()
      isWhole = true
      notices.clear()
      newest.clear()
    },
  }
}
