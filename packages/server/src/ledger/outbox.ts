import { type RawBuilder, sql } from 'kysely'
import { lockNamed, type Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'

/** Most entries that are taken at once. */
export const batchSize = 256

/**
 * Up to where the queue was emptied: nothing that is still to come, or still there, lies before it. It holds for one run of the database's server:
 * another, such as a standby that took over, may have given the same numbers to other transactions.
 */
export interface Emptied {
  readonly server: string
  readonly writtenBy: number
  readonly id: number
}

const nowhere: Emptied = { server: '', writtenBy: 0, id: 0 }

/** An entry that waits for its log. */
export interface Pending {
  readonly id: number
  readonly entry_id: string
  readonly entry: Uint8Array
  readonly producer_id: string
  readonly producer_sequence: number
  /** Size and root of the log's newest checkpoint, the same in each row; null for a log that has none yet. */
  readonly head_size: number | null
  readonly head_root: Uint8Array | null
}

interface Taken {
  readonly server: string
  readonly horizon: number
  readonly found: number
  readonly last_written_by: number | null
  readonly last_id: number | null
}

/**
 * Takes the next entries of one log out of the queue, once it is this transaction's turn, and tells up to where the queue is empty when it has
 * committed. It waits for its turn: to step back from a held lock would leave an entry that the holder no longer saw until the next poll.
 */
export async function takeBatch(
  tx: Transaction,
  tenantId: string,
  emptied: Emptied = nowhere,
): Promise<{ batch: readonly Pending[]; emptied: Emptied }> {
  const take = sql<Taken & (Pending | Record<keyof Pending, null>)>`
    with found as materialized (
      select written_by, id from ledger_outbox
      where tenant_id = ${tenantId} and (written_by, id) > (${lowerBound(emptied)}, ${emptied.id}::bigint)
      order by written_by, id limit ${batchSize}
    ), taken as (
      delete from ledger_outbox where id = any (array(select id from found))
      returning id, written_by, entry_id, entry, producer_id, producer_sequence
    ), head as (
      select size, root from ledger_checkpoint where tenant_id = ${tenantId} order by size desc limit 1
    ), last as (
      select written_by, id from found order by written_by desc, id desc limit 1
    )
    select ${server} as server, ${horizon} as horizon, (select count(*) from found) as found,
      last.written_by as last_written_by, last.id as last_id,
      taken.id, taken.entry_id, taken.entry, taken.producer_id, taken.producer_sequence,
      head.size as head_size, head.root as head_root
    from (select) as always left join last on true left join taken on true left join head on true
    order by taken.written_by, taken.id`
  // Sent together, run one after the other: what is taken is what the lock waited for.
  const [, rows] = await together(tx, [turnOf(tenantId).compile(tx), take.compile(tx)])
  const [first] = rows
  if (first === undefined) throw new Error('the database did not say where its queue ends')
  return { batch: rows.filter((row): row is Taken & Pending => row.id !== null), emptied: emptiedBy(first) }
}

/** The statement that waits until it is a transaction's turn to take from the queue of one log. */
export function turnOf(tenantId: string): RawBuilder<unknown> {
  return lockNamed(`afterai ledger ${tenantId}`)
}

/** Which logs have entries waiting behind `emptied`, and from where to look once all of those were integrated. */
export async function findWaitingLogs(
  tx: Transaction,
  emptied: Emptied = nowhere,
): Promise<{ tenantIds: readonly string[]; emptied: Emptied }> {
  const { rows } = await sql<{ server: string; horizon: number; tenants: string[] }>`
    select ${server} as server, ${horizon} as horizon, array(
      select distinct tenant_id::text from ledger_outbox where written_by >= ${lowerBound(emptied)}) as tenants`.execute(
    tx,
  )
  const { server: name = '', horizon: writtenBy = 0, tenants = [] } = rows[0] ?? {}
  return { tenantIds: tenants, emptied: { server: name, writtenBy, id: 0 } }
}

/** Where the whole queue is empty up to: as far as a search saw it, and every log that it found. */
export function emptiedOfAll(searched: Emptied, logs: readonly (Emptied | undefined)[]): Emptied | undefined {
  const known = logs.filter((it) => it !== undefined && it.server === searched.server) as readonly Emptied[]
  if (known.length < logs.length) return undefined
  return { ...searched, writtenBy: Math.min(searched.writtenBy, ...known.map(({ writtenBy }) => writtenBy)) }
}

const server = sql<string>`pg_postmaster_start_time()::text`
// Every transaction before it has ended as this statement's snapshot sees it: what it wrote is visible, or never will be.
const horizon = sql<number>`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`

function lowerBound(emptied: Emptied) {
  return sql<number>`case when ${server} = ${emptied.server} then ${emptied.writtenBy}::bigint else 0 end`
}

// Behind the last one found, as long as no transaction from before it may still be writing; all of them, if there were no more.
function emptiedBy({ server: name, horizon: all, found, last_written_by: writtenBy, last_id: id }: Taken): Emptied {
  if (found === batchSize && writtenBy !== null && id !== null && writtenBy < all)
    return { server: name, writtenBy, id }
  return { server: name, writtenBy: all, id: 0 }
}
