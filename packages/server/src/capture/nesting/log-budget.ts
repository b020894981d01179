/** Bounds how many spans a tenant's log takes. */
export interface LogBudget {
  /** Whether there is room for some more. */
  take(tenantId: string, spans: number): boolean
}

/** How much of a second's worth may come at once. */
const secondsAtOnce = 10

/** @param perSecond spans of one tenant; what wasn't used adds up for ten seconds */
export function createLogBudget(perSecond: number): LogBudget {
  const most = perSecond * secondsAtOnce
  const tenants = new Map<string, { left: number; atMs: number }>()
  return {
    take(tenantId, spans) {
      const nowMs = performance.now()
      const before = tenants.get(tenantId) ?? { left: most, atMs: nowMs }
      const left = Math.min(most, before.left + ((nowMs - before.atMs) / 1000) * perSecond)
      const isRoom = left > 0
      tenants.set(tenantId, { left: isRoom ? left - spans : left, atMs: nowMs })
      return isRoom
    },
  }
}
