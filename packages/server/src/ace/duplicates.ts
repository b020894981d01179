import { type RawBuilder, sql } from 'kysely'

/** Ids of a change and of all that were merged into it, as a subquery: what is known of one of them is known of it. */
export function withDuplicates(tenantId: string, changeId: string | RawBuilder<string>): RawBuilder<string> {
  return sql<string>`(
    with recursive same (id) as (
      select ${changeId}::uuid
      union select c.id from change c join same on c.tenant_id = ${tenantId} and c.merged_into = same.id
    ) select id from same)`
}
