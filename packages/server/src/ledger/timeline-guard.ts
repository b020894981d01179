import type { PublicKey } from '@afterai/record'
import type { ClientBase } from 'pg'
import { TimelineWentBack } from '../platform/database.ts'
import { refuseEarlierTimeline, type TimelineMemory } from '../platform/database-timeline.ts'
import type { Logger } from '../platform/log.ts'
import { isTimelineAccepted } from './acceptance.ts'
import type { LogMemory } from './log-memory.ts'

/** Refuses connections to a database that went back, and says so in the log, once a minute at most. */
export function timelineGuard(
  memory: LogMemory,
  { key, log }: { key: PublicKey; log: Logger },
): (client: ClientBase) => Promise<void> {
  let toldAt = 0
  const timelines: TimelineMemory = {
    timelineOf: memory.timelineOf,
    setTimeline: memory.setTimeline,
    isAccepted: (client, timeline, since) => isTimelineAccepted(client, key, { ...timeline, since }),
  }
  return (client) =>
    refuseEarlierTimeline(client, timelines).catch((error: unknown) => {
      if (error instanceof TimelineWentBack && Date.now() - toldAt > 60_000) {
        toldAt = Date.now()
        log.error({ err: error }, 'ALARM: a database that went back is refused')
      }
      throw error
    })
}
