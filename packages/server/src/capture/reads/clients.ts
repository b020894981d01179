import type { DroppedTelemetry, TelemetryClient } from '@afterai/contract'
import type { Transaction } from '../../platform/database.ts'
import { readCursor, toPage } from '../../platform/page.ts'

type Page<T> = { items: T[]; nextCursor: string | null }

/** One page of the processes that report, the one that booted last first: boot ids sort by time where they are UUIDs of version 7. */
export async function listClients(
  tx: Transaction,
  tenantId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<TelemetryClient>> {
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('telemetry_client')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .$if(before !== undefined, (query) => query.where('boot_id', '<', before ?? ''))
    .orderBy('boot_id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(
    rows.map((row) => ({ ...row, id: row.boot_id })),
    limit,
    (row) => ({
      bootId: row.boot_id,
      accountId: row.account_id,
      batches: row.batches,
      lastSequence: row.last_sequence,
      missing: Math.max(0, row.last_sequence + 1 - row.batches),
      events: row.events,
      dropped: row.dropped,
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
    }),
  )
}

/** Lists what was dropped at the edge, most first. The names are the server's own, so there are few. */
export async function listDropped(tx: Transaction, tenantId: string): Promise<Page<DroppedTelemetry>> {
  const rows = await tx
    .selectFrom('telemetry_dropped')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('count', 'desc')
    .orderBy('door')
    .orderBy('name')
    .execute()
  const items = rows.map(({ door, name, count, last_seen_at: seen }) => ({
    door,
    name,
    count,
    lastSeenAt: seen.toISOString(),
  }))
  return { items, nextCursor: null }
}
