import { type Selectable, sql } from 'kysely'
import { type Database, type Tables, withRole, withTenant } from '../../platform/database.ts'

/** A destination by its ids. */
export interface StreamRef {
  readonly tenantId: string
  readonly id: string
}

/** Longer than a delivery may take, so that nobody else sends while one is under way. */
const leaseSeconds = 30

/** Destinations that have something to send, whose time has come, and that no other process looks after. */
export function findDueStreams(db: Database, holder: string): Promise<StreamRef[]> {
  return withRole(db, 'afterai_sequencer', async (tx) => {
    const { rows } = await sql<StreamRef>`
      select s.tenant_id as "tenantId", s.id from audit_stream s
      where s.paused_at is null and s.retry_at <= now() and (s.lease_until <= now() or s.lease_holder = ${holder})
        and s.next_index < (
          select size from ledger_checkpoint c where c.tenant_id = s.tenant_id order by size desc limit 1)
      order by s.retry_at`.execute(tx)
    return rows
  })
}

/**
 * Takes a destination for this process alone, or keeps it: no row lock is held while something is sent. The time is the database's.
 * Undefined when another has it, it is paused, it isn't its time, or it is gone.
 */
export function holdStream(
  db: Database,
  { tenantId, id }: StreamRef,
  holder: string,
): Promise<Selectable<Tables['audit_stream']> | undefined> {
  return withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('audit_stream')
      .set({ lease_holder: holder, lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})` })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('paused_at', 'is', null)
      .where(sql<boolean>`retry_at <= now() and (lease_until <= now() or lease_holder = ${holder})`)
      .returningAll()
      .executeTakeFirst(),
  )
}

/** Lets go of a destination. */
export async function releaseStream(db: Database, { tenantId, id }: StreamRef, holder: string): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('audit_stream')
      .set({ lease_holder: null, lease_until: sql<Date>`now()` })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('lease_holder', '=', holder)
      .execute(),
  )
}

/** Moves the cursor past what was accepted; false when somebody moved it meanwhile (a replay), or took the destination over. */
export async function advanceStream(
  db: Database,
  { tenantId, id }: StreamRef,
  { holder, from, to, delivered }: { holder: string; from: number; to: number; delivered: number },
): Promise<boolean> {
  const result = await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('audit_stream')
      .set({
        next_index: to,
        failures: 0,
        ...(delivered === 0
          ? {}
          : { delivered: sql<number>`delivered + ${delivered}`, last_delivered_at: sql<Date>`now()` }),
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('lease_holder', '=', holder)
      .where('next_index', '=', from)
      .executeTakeFirst(),
  )
  return result.numUpdatedRows === 1n
}

/** Keeps why a try failed, when the next is due, and lets go of the destination. */
export async function postponeStream(
  db: Database,
  { tenantId, id }: StreamRef,
  { holder, error, delayMs }: { holder: string; error: string; delayMs: number },
): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx
      .updateTable('audit_stream')
      .set({
        failures: sql<number>`failures + 1`,
        last_error: error,
        last_error_at: sql<Date>`now()`,
        retry_at: sql<Date>`now() + make_interval(secs => ${delayMs / 1000})`,
        lease_holder: null,
        lease_until: sql<Date>`now()`,
      })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .where('lease_holder', '=', holder)
      .execute(),
  )
}
