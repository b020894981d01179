import { type RawBuilder, sql } from 'kysely'

/** The form of a resource whose id is one of ours; what is called otherwise has no name here. */
const ofKind = (kind: string): RawBuilder<boolean> =>
  sql`a.resource ~ ${sql.lit(`^${kind}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)}`
const idOf = (kind: string): RawBuilder<string> => sql`substr(a.resource, ${sql.lit(kind.length + 2)})::uuid`

/** Kinds of resources, by the column that names them in a table of their own. */
const named = [
  ['system', 'system', 'name'],
  ['change', 'change', 'title'],
  ['evaluation', 'evaluation', 'label'],
  ['api-key', 'api_key', 'name'],
  ['invitation', 'invitation', 'email'],
  ['identity-provider', 'identity_provider', 'name'],
  ['audit-stream', 'audit_stream', 'name'],
] as const

/** Kinds that are named by the change that they are about. */
const aboutChanges = [
  ['assessment', 'assessment'],
  ['decision', 'decision'],
  ['record', 'record'],
  ['plan', 'evaluation_plan'],
] as const

/**
 * SQL for the name of an event's resource (the event is `a`), null where nothing has it. Each is found by its primary key, and only of the rows that
 * are shown. Members who are gone have the name that they had when they last did something.
 */
export const resourceName: RawBuilder<string | null> = sql<string | null>`case
  ${sql.join(
    [
      ...named.map(
        ([kind, table, column]) =>
          sql`when ${ofKind(kind)} then
            (select r.${sql.ref(column)} from ${sql.table(table)} r where r.tenant_id = a.tenant_id and r.id = ${idOf(kind)})`,
      ),
      ...aboutChanges.map(
        ([kind, table]) =>
          sql`when ${ofKind(kind)} then
            (select c.title from ${sql.table(table)} r join change c on c.tenant_id = r.tenant_id and c.id = r.change_id
             where r.tenant_id = a.tenant_id and r.id = ${idOf(kind)})`,
      ),
      sql`when ${ofKind('account')} then coalesce(
        (select m.name from membership m where m.tenant_id = a.tenant_id and m.account_id = ${idOf('account')}),
        (select b.actor_name from audit_event b where b.tenant_id = a.tenant_id and b.actor_id = ${idOf('account')}
         order by b.id desc limit 1))`,
    ],
    sql` `,
  )} end`
