import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Database, TimelineWentBack } from './database.ts'
import type { Http } from './http-application.ts'

const answer = z.object({ status: z.literal('ok') })
const audits = { none: 'It shows nothing of any tenant.' } as const
const open = {
  config: { permission: 'public', rateClass: 'none', audits },
  schema: { response: { 200: answer } },
} as const

/** Why the process can't do a part of its work although the database can be written to. */
export interface Stopped {
  readonly code: 'log_tampered' | 'log_went_back'
  readonly detail: string
}

const longestWriteMs = 2_000
const freshForMs = 1_000

/** `/livez`: the process runs. `/readyz`: it can do its work. */
export function healthRoutes(
  http: Http,
  { db, isStopping, stopped }: { db: Database; isStopping: () => boolean; stopped: () => Stopped | undefined },
): void {
  const write = databaseWrites(db)
  http.get('/livez', open, () => ({ status: 'ok' as const }))
  http.get('/readyz', open, async () => {
    if (isStopping()) throw new ProblemError('not_ready', { detail: 'the server is stopping' })
    const outcome = await Promise.race([write(), sleep(longestWriteMs, 'slow' as const, { ref: false })])
    if (outcome === 'slow') {
      const detail = `the database has committed nothing for ${longestWriteMs / 1000} s`
      throw new ProblemError('not_ready', { detail })
    }
    if (outcome !== 'written') {
      const detail = outcome instanceof TimelineWentBack ? outcome.message : 'the database takes no writes'
      throw new ProblemError('not_ready', { detail }, { cause: outcome })
    }
    const reason = stopped()
    if (reason !== undefined) throw new ProblemError(reason.code, { detail: reason.detail })
    return { status: 'ok' as const }
  })
}

/**
 * Commits a write and answers how that went. Anybody may ask: one write is under way at a time, and its outcome holds for a second.
 * The write is a message in the write-ahead log, which no table keeps; a standby, or a primary whose synchronous standby is gone,
 * can't commit it.
 */
function databaseWrites(db: Database): () => Promise<'written' | Error> {
  let last: { readonly outcome: Promise<'written' | Error>; endedAt: number } | undefined
  return () => {
    if (last !== undefined && Date.now() - last.endedAt < freshForMs) return last.outcome
    const outcome = sql`select pg_logical_emit_message(true, 'afterai', 'ready')`.execute(db).then(
      () => 'written' as const,
      (error: unknown) => (error instanceof Error ? error : new Error('the database refused')),
    )
    const write = { outcome, endedAt: Number.POSITIVE_INFINITY }
    last = write
    void outcome.then(() => (write.endedAt = Date.now()))
    return outcome
  }
}
