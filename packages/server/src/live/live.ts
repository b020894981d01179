import { PassThrough } from 'node:stream'
import { Socket } from 'node:net'
import { type Access, callerOf } from '../access/index.ts'
import type { Connection, Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import type { Http } from '../platform/http-application.ts'
import type { Logger } from '../platform/log.ts'
import { createListener } from './listener.ts'
import { createNoticeMemory } from './notice-memory.ts'
import { createStreams, type StreamLimits } from './streams.ts'

/** Bounds of the streams of events, and how often each is looked at. */
export interface LiveLimits extends StreamLimits {
  /** Notices that are remembered for those who come back. */
  readonly remembered: number
  readonly beatMs: number
  readonly recheckMs: number
}

const usual: LiveLimits = {
  ofAccount: 12,
  ofTenant: 300,
  inAll: 600,
  waitingBytes: 64 * 1024,
  remembered: 4096,
  beatMs: 15_000,
  recheckMs: 60_000,
}

/** Parts that the streams of events are made of. */
export interface LiveParts {
  readonly db: Database
  /** For a connection of its own, on which it hears what every process changes. */
  readonly connection: Connection
  readonly access: Pick<Access, 'again'>
  readonly log: Logger
  readonly limits?: Partial<LiveLimits> | undefined
}

/** Streams that tell pages what changed, as it happens. */
export interface Live extends Feature {
  /** Ends all streams, and opens none any more. */
  end(): void
}

/** Creates them. Nothing is listened to before somebody follows. */
export function createLive({ db, connection, access, log, limits: given }: LiveParts): Live {
  const limits = { ...usual, ...given }
  const memory = createNoticeMemory(limits.remembered)
  const streams = createStreams(limits)
  const listener = createListener({
    db,
    connection,
    log,
    onNotice(notice) {
      memory.remember(notice)
      streams.tell(notice)
    },
    onLost: memory.forget,
    onBack: () => streams.reset(memory.positionOf),
  })

  function routes(http: Http): void {
    const audits = { none: 'It tells which things were changed, by ids alone, to those who may read them.' }
    const config = { permission: 'me:read', longAnswer: true, holdsOpen: true, looksOn: true, audits } as const
    http.get('/v1/events', { config }, async (request, reply) => {
      reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no')
      if (request.method === 'HEAD') return reply.send('')
      const { principal } = callerOf(request)
      streams.refuseOneTooMany(principal)
      await listener.ready()
      const out = new PassThrough()
      // What is injected has no connection, and nobody who would stay.
      const socket = request.raw.socket instanceof Socket ? request.raw.socket : undefined
      const before = request.headers['last-event-id']
      const missed = before === undefined ? [] : (memory.since(principal.tenantId, String(before)) ?? 'unknown')
      reply.raw.once('close', () => out.destroy())
      streams.add(
        { out, principal, socket, again: () => access.again(request, principal) },
        { position: memory.positionOf(principal.tenantId), missed },
      )
      if (socket === undefined) out.end()
      return reply.send(out)
    })
  }

  return {
    routes,
    end: streams.end,
    jobs: [
      {
        name: 'follow-events',
        everyMs: limits.beatMs,
        async run() {
          if (!streams.any()) return
          await streams.beat(limits.recheckMs)
          await listener.probe()
        },
        end: listener.stop,
      },
    ],
  }
}
