import type { Logger } from 'pino'
import { Client, type ClientConfig } from 'pg'
import { type Database, withTenant } from '../platform/database.ts'
import { ledgerChannel } from './sequencer.ts'

const pollMs = 250
const reconnectMs = 1_000

/** Waits until entries are in the log. */
export interface LedgerWaiting {
  /** The entry's index, or undefined when the time is up. */
  untilIntegrated(tenantId: string, entryId: string, deadlineMs: number): Promise<number | undefined>
  stop(): Promise<void>
}

/**
 * Listens on a connection of its own for logs that have grown, and asks again every quarter of a second besides:
 * a notification may be lost with its connection, an entry may not.
 */
export function startWaiting(deps: { db: Database; connection: ClientConfig; log: Logger }): LedgerWaiting {
  const rousers = new Set<() => void>()
  const stopListening = listen(deps, () => rousers.forEach((rouse) => rouse()))
  return {
    async untilIntegrated(tenantId, entryId, deadlineMs) {
      const end = Date.now() + deadlineMs
      for (;;) {
        const index = await findIndex(deps.db, tenantId, entryId)
        if (index !== undefined || Date.now() >= end) return index
        await sleepUntilRoused(rousers, Math.min(pollMs, end - Date.now()))
      }
    },
    stop: stopListening,
  }
}

function findIndex(db: Database, tenantId: string, entryId: string): Promise<number | undefined> {
  return withTenant(db, tenantId, async (tx) => {
    const row = await tx
      .selectFrom('ledger_entry')
      .select('idx')
      .where('tenant_id', '=', tenantId)
      .where('entry_id', '=', entryId)
      .executeTakeFirst()
    return row?.idx
  })
}

function sleepUntilRoused(rousers: Set<() => void>, mostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer)
      rousers.delete(wake)
      resolve()
    }
    const timer = setTimeout(wake, mostMs)
    rousers.add(wake)
  })
}

function listen(
  { connection, log }: { connection: ClientConfig; log: Logger },
  onGrowth: () => void,
): () => Promise<void> {
  let stopped = false
  let current: Client | undefined
  const connect = async (): Promise<void> => {
    const client = new Client({ ...connection, application_name: 'afterai ledger', keepAlive: true })
    current = client
    client.on('notification', onGrowth)
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
