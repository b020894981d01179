import type { Generated } from 'kysely'
import { sql } from 'kysely'
import type { MailJob, MailQueue, MailState } from '../identity/index.ts'
import { type Database, onceSettled, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

declare module '../platform/database.ts' {
  interface Tables {
    mail: {
      tenant_id: string
      id: string
      kind: MailJob['kind']
      subject_id: string
      created_at: Generated<Date>
      attempts: Generated<number>
      next_attempt_at: Generated<Date>
      sent_at: Generated<Date | null>
      failed_at: Generated<Date | null>
      last_error: Generated<string | null>
    }
  }
}

/** A mail that is this process's to send, for as long as the lease lasts. */
export interface ClaimedMail extends MailJob {
  readonly id: string
  readonly attempts: number
  readonly createdAt: Date
}

/** The outcome of an attempt to send a mail. */
export type Outcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'again'; readonly error: string; readonly at: Date }
  | { readonly kind: 'failed'; readonly error: string }

/** The queue as other features see it. `wake` is called once a queued mail is committed. */
export function createMailQueue(wake: () => void): MailQueue {
  return {
    async queue(tx, { tenantId: tenant_id, kind, subjectId: subject_id }) {
      await tx.insertInto('mail').values({ tenant_id, id: newId(), kind, subject_id }).execute()
      onceSettled(tx, (committed) => {
        if (committed) wake()
      })
    },
    async statesOf(tx, subjectIds) {
      if (subjectIds.length === 0) return new Map()
      const rows = await tx
        .selectFrom('mail')
        .select(['subject_id', 'sent_at', 'failed_at', 'last_error'])
        .where('subject_id', 'in', subjectIds)
        .orderBy('id')
        .execute()
      return new Map(rows.map((row) => [row.subject_id, stateOf(row)]))
    },
  }
}

function stateOf(row: { sent_at: Date | null; failed_at: Date | null; last_error: string | null }): MailState {
  if (row.sent_at !== null) return { delivery: 'sent', error: null }
  return { delivery: row.failed_at === null ? 'queued' : 'failed', error: row.last_error }
}

/** Takes mails that are due, for a lease: no other process gets them until it ends. */
export async function claimMail(db: Database, most: number, leaseSeconds: number): Promise<ClaimedMail[]> {
  const claimed = sql<{
    tenant_id: string
    id: string
    kind: MailJob['kind']
    subject_id: string
    attempts: number
    created_at: Date
  }>`select * from claim_mail(${most}, ${leaseSeconds})`
  return (await claimed.execute(db)).rows.map((row) => ({
    tenantId: row.tenant_id,
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    attempts: row.attempts,
    createdAt: row.created_at,
  }))
}

/** Keeps what became of an attempt. */
export async function settleMail(
  db: Database,
  { tenantId, id }: Pick<ClaimedMail, 'tenantId' | 'id'>,
  outcome: Outcome,
): Promise<void> {
  await withTenant(db, tenantId, (tx) =>
    tx.updateTable('mail').set(columnsOf(outcome)).where('tenant_id', '=', tenantId).where('id', '=', id).execute(),
  )
}

function columnsOf(outcome: Outcome) {
  if (outcome.kind === 'sent') return { sent_at: new Date(), last_error: null }
  if (outcome.kind === 'failed') return { failed_at: new Date(), last_error: outcome.error }
  return { next_attempt_at: outcome.at, last_error: outcome.error }
}
