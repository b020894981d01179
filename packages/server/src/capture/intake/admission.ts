import { ProblemError } from '@afterai/contract'

/** Lets requests in while there is room for them. */
export interface Admission {
  /**
   * Takes the room that a tenant's request needs, and answers with what gives it back; calling that again does nothing.
   * @throws ProblemError `overloaded`, before anything of the body is read
   */
  enter(tenantId: string, sizeBytes: number): () => void
}

/** Requests, and bytes of them. */
interface Room {
  readonly requests: number
  readonly bytes: number
}

const retryAfterSeconds = 2
/** The part of the whole that a tenant may hold however much the others do; one request in any case. */
const tenantPart = 1 / 4
/** Up to so much of the whole a tenant may hold more than that: the rest stays free for others. */
const sharedPart = 3 / 4

/** Bounds the requests that are on their way, and the bytes that they hold, so that no tenant takes the room of all. */
export function createAdmission(limits: Room): Admission {
  const nothing: Room = { requests: 0, bytes: 0 }
  const held = new Map<string, Room>()
  let all = nothing
  const hold = (tenantId: string, change: Room): void => {
    all = sum(all, change)
    const own = sum(held.get(tenantId) ?? nothing, change)
    if (own.requests > 0) held.set(tenantId, own)
    else held.delete(tenantId)
  }
  return {
    enter(tenantId, bytes) {
      const one = { requests: 1, bytes }
      const own = held.get(tenantId) ?? nothing
      const isRoom = all.requests === 0 || fits(sum(all, one), limits, 1)
      const isFair =
        own.requests === 0 || fits(sum(own, one), limits, tenantPart) || fits(sum(all, one), limits, sharedPart)
      if (!isRoom || !isFair) {
        const whose = isRoom ? 'of your tenant ' : ''
        throw new ProblemError('overloaded', { detail: `too much telemetry ${whose}is on its way`, retryAfterSeconds })
      }
      hold(tenantId, one)
      let inside = true
      return () => {
        if (!inside) return
        inside = false
        hold(tenantId, { requests: -1, bytes: -bytes })
      }
    },
  }
}

function sum(a: Room, b: Room): Room {
  return { requests: a.requests + b.requests, bytes: a.bytes + b.bytes }
}

function fits(needed: Room, limits: Room, part: number): boolean {
  return needed.requests <= limits.requests * part && needed.bytes <= limits.bytes * part
}
