import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import { droppedNames } from '../gate/dropped-names.ts'
import type { Enclosing } from '../nesting/enclosing-requests.ts'
import type { Batch } from './batch.ts'

/** Adds what the gate dropped, and what doesn't count since it lies around what does, and spans that other processes won't know of, by door and by name of the server's own list. */
export async function countDropped(
  tx: Transaction,
  tenantId: string,
  batches: readonly Batch[],
  { enclosing, takenBack, unshared }: Pick<Enclosing, 'enclosing' | 'takenBack'> & { readonly unshared: number },
): Promise<void> {
  const sums = new Map<string, { door: string; name: string; count: number }>()
  for (const { door, drops } of batches) {
    for (const [index, count] of (drops ?? []).entries()) {
      if (count === 0) continue
      const name = droppedNames[index] ?? 'other'
      const sum = sums.get(`${door} ${name}`)
      if (sum === undefined) sums.set(`${door} ${name}`, { door, name, count })
      else sum.count += count
    }
  }
  const calls = takenBack.filter(({ measurement }) => measurement.isCall).length
  const own = { 'span.enclosing': enclosing.size + calls, 'span.unshared': unshared }
  for (const [name, count] of Object.entries(own))
    if (count > 0) sums.set(`traces ${name}`, { door: 'traces', name, count })
  if (sums.size === 0) return
  const rows = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await sql`
    insert into telemetry_dropped as it (tenant_id, door, name, count)
    select ${tenantId}::uuid, door, name, count
    from jsonb_to_recordset(${json(rows)}) as row(door text, name text, count bigint)
    on conflict (tenant_id, door, name)
      do update set count = it.count + excluded.count, last_seen_at = now()`.execute(tx)
}

interface ClientRow {
  readonly boot_id: string
  readonly account_id: string
  readonly batches: number
  readonly last_sequence: number
  readonly events: number
  readonly dropped: number
}

/** Notes which batches of which processes came, so that those that never do show. */
export async function countClients(tx: Transaction, tenantId: string, batches: readonly Batch[]): Promise<void> {
  const byBoot = new Map<string, ClientRow>()
  for (const { client, caller } of batches) {
    if (client === undefined) continue
    const { bootId, sequence, events, dropped } = client
    const before = byBoot.get(bootId) ?? { batches: 0, last_sequence: 0, events: 0, dropped: 0 }
    byBoot.set(bootId, {
      boot_id: bootId,
      account_id: caller.principal.accountId,
      batches: before.batches + 1,
      last_sequence: Math.max(before.last_sequence, sequence),
      events: before.events + events,
      dropped: Math.min(Number.MAX_SAFE_INTEGER, before.dropped + dropped),
    })
  }
  if (byBoot.size === 0) return
  const rows = [...byBoot].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await sql`
    insert into telemetry_client as it (tenant_id, boot_id, account_id, batches, last_sequence, events, dropped)
    select ${tenantId}::uuid, boot_id, account_id, batches, last_sequence, events, dropped
    from jsonb_to_recordset(${json(rows)}) as row(
      boot_id uuid, account_id uuid, batches bigint, last_sequence bigint, events bigint, dropped bigint)
    on conflict (tenant_id, boot_id) do update set
      batches = it.batches + excluded.batches,
      last_sequence = greatest(it.last_sequence, excluded.last_sequence),
      events = it.events + excluded.events,
      dropped = least(it.dropped + excluded.dropped, ${Number.MAX_SAFE_INTEGER}::bigint),
      last_seen_at = now()`.execute(tx)
}
