import { ProblemError } from '@afterai/contract'
import type { NoteVerifier } from '@afterai/record'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { callerOf, inTenant } from '../access/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { limiter } from '../platform/limiter.ts'
import type { LogAlarm } from './log-alarms.ts'
import { auditLines } from './log-audit.ts'
import { readOrigin } from './log-keys.ts'
import { readPosition } from './log-position.ts'
import { logBegin } from './verify-log.ts'

/** Answers at once for one tenant: whoever reads theirs slowly keeps nobody else's. */
const mostOfTenant = 4
/** Pages take turns; so many may wait for theirs. */
const mostWaiting = 200
/** An answer ends after so long, at the end of a page: its asker is looked at anew when it asks to go on, and a server that stops isn't held up. */
const longestMs = 60_000
const busy = { detail: 'the log is being verified for others just now', retryAfterSeconds: 10 }

const auditQuery = z.object({
  /** Where an earlier answer came to. */
  position: z.string().max(8_192).optional(),
  /** The size to end at; by default, that of the log. */
  end: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  entries: z.enum(['true', 'false']).default('false'),
})

/** Dependencies of the route that audits a log. */
export interface LogAuditDependencies {
  readonly db: Database
  /** Verifies the checkpoints of the log of this origin. */
  readonly verifierOf: (origin: string) => NoteVerifier
  readonly alarmOf: (tenantId: string) => LogAlarm | undefined
}

/** `GET /v1/log/audit`: recomputes the caller's log from where they say, and answers a line for each page of it. */
export function logAuditRoute(http: Http, { db, verifierOf, alarmOf }: LogAuditDependencies): void {
  const read = inTenant(db)
  const inTurn = limiter({ running: 1, waiting: mostWaiting, retryAfterSeconds: 10, busy: busy.detail })
  const underWay = new Map<string, number>()
  let isStopping = false
  http.addHook('preClose', async () => {
    isStopping = true
  })
  const config = { permission: 'audit:read', rateClass: 'heavy', longAnswer: true } as const
  http.get(
    '/v1/log/audit',
    {
      config: {
        ...config,
        audits: {
          none: 'It recomputes the log and shows what it found, with hashes and signatures, and nothing of what the entries are about.',
        },
      },
      schema: { querystring: auditQuery },
    },
    async (request, reply) => {
      const { tenantId } = callerOf(request).principal
      const { position, end, entries } = request.query
      const from = position === undefined ? logBegin : readPosition(position)
      const origin = await read(request, (tx) => readOrigin(tx, tenantId))
      const others = underWay.get(tenantId) ?? 0
      if (others >= mostOfTenant) throw new ProblemError('not_ready', busy)
      const endsAt = Date.now() + longestMs
      const lines = auditLines(db, {
        tenantId,
        known: [verifierOf(origin)],
        position: from,
        end,
        withEntries: entries === 'true',
        alarm: () => alarmOf(tenantId),
        goesOn: () => Date.now() < endsAt && !isStopping,
        inTurn,
      })
      underWay.set(tenantId, others + 1)
      const body = Readable.from(lines, { objectMode: false }).once('close', () => {
        const left = (underWay.get(tenantId) ?? 1) - 1
        if (left > 0) underWay.set(tenantId, left)
        else underWay.delete(tenantId)
      })
      return reply.type(entries === 'true' ? 'application/octet-stream' : 'application/jsonl; charset=utf-8').send(body)
    },
  )
}
