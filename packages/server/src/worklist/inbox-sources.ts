import type { InboxItem } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** The statement that finds the changes on which a decision is open, the oldest change first. */
export function selectOpenChanges(
  tx: Transaction,
  tenantId: string,
  limit: number,
): CompiledQuery<{ readonly change_id: string }> {
  return sql<{ change_id: string }>`
    select change_id from decision where tenant_id = ${tenantId} and status = 'proposed' order by change_id limit ${limit}`.compile(
    tx,
  )
}

/**
 * The statement that finds the changes that may wait to be closed, the oldest first: what is decided, and verified or not to be done. What
 * was rolled back before anybody verified it is found among what is to be verified.
 */
export function selectUnclosedChanges(
  tx: Transaction,
  tenantId: string,
  limit: number,
): CompiledQuery<{ readonly change_id: string }> {
  // As the index change_unclosed has it.
  return sql<{ change_id: string }>`
    select id as change_id from change
    where tenant_id = ${tenantId} and status <> 'dismissed' and not closed and not decision_pending
      and decided_as is not null and (verified or decided_as = 'not_act')
    order by id limit ${limit}`.compile(tx)
}

/** A key that ends soon. */
interface EndingKey {
  readonly name: string
  readonly prefix: string
  readonly expires_at: Date
}

const weekMs = 7 * 86_400_000

/** The statement that finds the keys of a person that end within seven days and have no successor. */
export function selectEndingKeys(
  tx: Transaction,
  { tenantId, accountId, limit }: { readonly tenantId: string; readonly accountId: string; readonly limit: number },
  now: Date,
): CompiledQuery<EndingKey> {
  return sql<EndingKey>`
    select name, prefix, expires_at from api_key
    where tenant_id = ${tenantId} and account_id = ${accountId} and revoked_at is null and replaced_by is null
      and expires_at > ${now} and expires_at <= ${new Date(now.getTime() + weekMs)}
    order by expires_at, id limit ${limit}`.compile(tx)
}

/** A key that ends soon, as it waits for its owner: since a week before its end. */
export function endingKey({ name, prefix, expires_at: ends }: EndingKey): InboxItem {
  return {
    kind: 'key',
    row: null,
    title: name,
    system: null,
    environment: null,
    changeId: null,
    decisionId: null,
    since: new Date(ends.getTime() - weekMs).toISOString(),
    due: ends.toISOString(),
    note: `the key ${prefix} ends then: rotate it, or let it end`,
    cause: null,
  }
}
