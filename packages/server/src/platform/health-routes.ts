import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { Http } from './http.ts'

const answer = z.object({ status: z.literal('ok') })
const open = { config: { permission: 'public', rateClass: 'none' }, schema: { response: { 200: answer } } } as const

/** `/livez`: the process runs. `/readyz`: it can do its work. `/openapi.json`: what else there is. */
export function healthRoutes(http: Http, { db, isStopping }: { db: Database; isStopping: () => boolean }): void {
  http.get('/livez', open, () => ({ status: 'ok' as const }))
  http.get('/readyz', open, async () => {
    if (isStopping()) throw new ProblemError('not_ready', { detail: 'the server is stopping' })
    try {
      await sql`select 1`.execute(db)
    } catch (error) {
      throw new ProblemError('not_ready', { detail: 'the database does not answer' }, { cause: error })
    }
    return { status: 'ok' as const }
  })
  http.get('/openapi.json', { config: { permission: 'public' }, schema: { hide: true } }, () => http.swagger())
}
