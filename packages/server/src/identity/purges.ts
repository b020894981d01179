import { sql } from 'kysely'
import { type Audit, systemActor } from '../audit/index.ts'
import { type Database, withTenant } from '../platform/database.ts'
import type { Logger } from '../platform/log.ts'
import { instanceTenant } from './entry-functions.ts'

const batchSize = 1000
const everyMs = 24 * 3_600_000
const lookEveryMs = 15 * 60_000

/** What is deleted once it has served its time: each deletes a batch and answers its size (migrations/0017_purges.sql). */
const purges = {
  idempotency: sql<Gone>`select purge_idempotency(${batchSize}) as gone`,
  spentRefreshHandles: sql<Gone>`select purge_spent_refresh(${batchSize}) as gone`,
  sessions: sql<Gone>`select purge_sessions(${batchSize}) as gone`,
  invitations: sql<Gone>`select purge_invitations(${batchSize}) as gone`,
  passwordResets: sql<Gone>`select purge_password_resets(${batchSize}) as gone`,
  mails: sql<Gone>`select purge_mail(${batchSize}) as gone`,
  providerSignIns: sql<Gone>`select purge_oidc_transactions(${batchSize}) as gone`,
  deviceAuthorizations: sql<Gone>`select purge_device_authorizations(${batchSize}) as gone`,
  deviceCodeGuesses: sql<Gone>`select purge_device_code_guesses(${batchSize}) as gone`,
}

interface Gone {
  gone: number
}

interface PurgeDependencies {
  readonly db: Database
  readonly audit: Audit
}

/**
 * Deletes what has served its time, if it is this process's turn; one event in the operators' trail tells how much went.
 * @returns how many rows went, by purge; undefined where another process had the turn, or nobody since less than a day
 */
export async function purge(
  { db, audit }: PurgeDependencies,
  { everySeconds = everyMs / 1000 }: { everySeconds?: number } = {},
): Promise<Readonly<Record<string, number>> | undefined> {
  const turn = await sql<{ mine: boolean }>`select take_purge_turn(${everySeconds}) as mine`.execute(db)
  if (turn.rows[0]?.mine !== true) return undefined
  const gone: Record<string, number> = {}
  for (const [name, batch] of Object.entries(purges)) gone[name] = await purgeAll(db, batch)
  const tenantId = await instanceTenant(db)
  const details = Object.fromEntries(Object.entries(gone).filter(([, rows]) => rows > 0))
  if (tenantId !== undefined && Object.keys(details).length > 0) {
    const actor = systemActor(tenantId)
    await withTenant(db, tenantId, (tx) => audit(tx, actor, { action: 'instance.purge', details }))
  }
  return gone
}

// In batches, each a transaction of its own, so that no lock is held for long.
async function purgeAll(db: Database, batch: (typeof purges)['mails']): Promise<number> {
  let total = 0
  for (;;) {
    const { rows } = await batch.execute(db)
    const gone = rows[0]?.gone ?? 0
    total += gone
    if (gone < batchSize) return total
  }
}

/** Purges once a day, in whichever process looks first. `stop` waits for a purge under way. */
export function startPurges(deps: PurgeDependencies & { readonly log: Logger }): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve()
  const look = (): void => {
    running = purge(deps).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'the purge failed; it is tried again'),
    )
  }
  const timer = setInterval(look, lookEveryMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
