import type { Logger } from 'pino'
import { Client, type ClientConfig } from 'pg'
import { sql } from 'kysely'
import type { Database } from '../platform/database.ts'
import { askTogether } from '../platform/together.ts'
import { ledgerChannel } from './sequencer.ts'

const pollMs = 250
const reconnectMs = 1_000

/** Waits until entries are in the log. */
export interface LedgerWaiting {
  /** The entry's index, or undefined when the time is up. */
  untilIntegrated(tenantId: string, entryId: string, deadlineMs: number): Promise<number | undefined>
  stop(): Promise<void>
}

type Settle = (index: number | undefined) => void
/** Per tenant, per entry: who waits for it. */
type Waiters = Map<string, Map<string, Set<Settle>>>

/**
 * Listens on a connection of its own for logs that have grown, and asks again every quarter of a second besides:
 * a notification may be lost with its connection, an entry may not. All who wait for one log share one query.
 */
export function startWaiting(deps: { db: Database; connection: ClientConfig; log: Logger }): LedgerWaiting {
  const waiters: Waiters = new Map()
  const look = createLook(deps, waiters)
  const stopListening = listen(deps, look)
  const poll = setInterval(() => [...waiters.keys()].forEach(look), pollMs)
  poll.unref()
  return {
    untilIntegrated(tenantId, entryId, deadlineMs) {
      const answer = waitFor(waiters, { tenantId, entryId, deadlineMs })
      look(tenantId)
      return answer
    },
    async stop() {
      clearInterval(poll)
      await stopListening()
    },
  }
}

function waitFor(
  waiters: Waiters,
  { tenantId, entryId, deadlineMs }: { tenantId: string; entryId: string; deadlineMs: number },
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const entries = waiters.get(tenantId) ?? new Map<string, Set<Settle>>()
    const settles = entries.get(entryId) ?? new Set<Settle>()
    const settle: Settle = (index) => {
      clearTimeout(timer)
      settles.delete(settle)
      if (settles.size === 0) entries.delete(entryId)
      if (entries.size === 0) waiters.delete(tenantId)
      resolve(index)
    }
    const timer = setTimeout(() => settle(undefined), deadlineMs)
    waiters.set(tenantId, entries.set(entryId, settles.add(settle)))
  })
}

// One query at a time for each log; who comes meanwhile is served by the next one.
function createLook({ db, log }: { db: Database; log: Logger }, waiters: Waiters): (tenantId: string) => void {
  const underWay = new Set<string>()
  const again = new Set<string>()
  const run = async (tenantId: string): Promise<void> => {
    const entryIds = [...(waiters.get(tenantId)?.keys() ?? [])]
    const found = entryIds.length === 0 ? [] : await findIndices(db, tenantId, entryIds)
    for (const { entry_id: entryId, idx } of found) {
      for (const settle of waiters.get(tenantId)?.get(entryId) ?? []) settle(idx)
    }
  }
  return function look(tenantId) {
    if (underWay.has(tenantId)) {
      again.add(tenantId)
      return
    }
    underWay.add(tenantId)
    void run(tenantId)
      .catch((error: unknown) => log.warn({ err: error, tenantId }, 'the ledger could not be asked; it is asked again'))
      .finally(() => {
        underWay.delete(tenantId)
        if (again.delete(tenantId)) look(tenantId)
      })
  }
}

async function findIndices(db: Database, tenantId: string, entryIds: readonly string[]) {
  const found = db
    .selectFrom('ledger_entry')
    .select(['entry_id', 'idx'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`entry_id = any(${entryIds}::uuid[])`)
  const [rows] = await askTogether(db, { role: 'afterai_app', tenantId }, [found.compile()])
  return rows
}

function listen(
  { connection, log }: { connection: ClientConfig; log: Logger },
  onGrowth: (tenantId: string) => void,
): () => Promise<void> {
  let stopped = false
  let current: Client | undefined
  const connect = async (): Promise<void> => {
    const client = new Client({ ...connection, application_name: 'afterai ledger', keepAlive: true })
    current = client
    client.on('notification', ({ payload }) => payload !== undefined && onGrowth(payload))
    client.on('error', (error) => log.warn({ err: error }, 'the ledger listens again in a moment'))
    client.on('end', () => {
      if (!stopped) setTimeout(() => void connect(), reconnectMs).unref()
    })
    try {
      await client.connect()
      await client.query(`listen ${ledgerChannel}`)
    } catch (error) {
      log.warn({ err: error }, 'the ledger cannot listen; it asks instead')
      await client.end().catch(() => undefined)
    }
  }
  void connect()
  return async () => {
    stopped = true
    await current?.end().catch(() => undefined)
  }
}
