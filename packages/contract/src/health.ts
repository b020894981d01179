import { z } from 'zod'
import { instant } from './primitives.ts'

const stopped = z.enum(['log_tampered', 'log_went_back'])
const count = z.number().int().min(0)

/** What waits to be integrated into a log: how many entries, and for how long the first of them has. */
const queue = {
  waiting: count,
  oldestSeconds: z.number().min(0),
}

/** How the server does its work for a tenant; `instance` is for who operates it, and null for everybody else. */
export const healthView = z
  .object({
    release: z.string(),
    startedAt: instant,
    log: z.object({
      /** Entries that the newest checkpoint signs for, and when it was signed; null before the first. */
      size: count,
      signedAt: instant.nullable(),
      ...queue,
      /** Why nothing more is signed for it. */
      stopped: stopped.nullable(),
    }),
    /** Requests in a minute by one account, and the largest file that is imported. */
    limits: z.object({
      reads: count,
      writes: count,
      heavy: count,
      telemetry: count,
      importMaxMib: count,
      sessionIdleMinutes: count,
      sessionMaxHours: count,
    }),
    sendsMail: z.boolean(),
    instance: z
      .object({
        ...queue,
        /** Logs that are stopped. */
        stoppedLogs: count,
        streams: z.object({ sending: count, failing: count, paused: count }),
        /** Entries that the stream which is furthest behind hasn't sent. */
        streamLag: count,
      })
      .nullable(),
  })
  .meta({ id: 'Health' })
/** How the server does its work: for a tenant, and for who operates it. */
export type Health = z.infer<typeof healthView>
