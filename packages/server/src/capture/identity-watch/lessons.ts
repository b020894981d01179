import type { Audit } from '../../audit/index.ts'
import type { Caller } from '../../access/index.ts'
import type { Transaction } from '../../platform/database.ts'

/** A kind of fact learned of a system that opens no change, as the action of its audit event. */
export type Lesson = 'served_model.watch' | 'served_model.baseline' | 'served_model.refine' | 'route_profile.learn'

interface Learned {
  readonly action: Lesson
  readonly systemId: string
  readonly caller: Caller
  readonly items: Readonly<Record<string, unknown>>[]
  more: number
}

/** Most things that one event names; of the others it tells the number. */
const mostNamed = 100

/**
 * Things that one transaction learned, none of which opens a change. The trail gets one event for each kind and system: a thousand events would hold
 * all others up.
 */
export class Lessons {
  readonly #learned = new Map<string, Learned>()

  add(action: Lesson, systemId: string, caller: Caller, item: Readonly<Record<string, unknown>>): void {
    const key = `${action} ${systemId}`
    const there = this.#learned.get(key) ?? { action, systemId, caller, items: [], more: 0 }
    this.#learned.set(key, there)
    if (there.items.length < mostNamed) there.items.push(item)
    else there.more += 1
  }

  async write(audit: Audit, tx: Transaction): Promise<void> {
    for (const { action, systemId, caller, items, more } of this.#learned.values()) {
      const details = { learned: items, ...(more === 0 ? {} : { more }) }
      await audit(tx, caller.actor, { action, resource: `system/${systemId}`, details })
    }
  }
}
