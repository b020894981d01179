import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { type Connection, connectionOptions } from '../../../platform/database.ts'

/** Objects of the database that keep the record, by kind and name, such as `trigger ledger_entry.append_only`, with definitions in words of PostgreSQL. */
export type Catalogue = Readonly<Record<string, string>>

/** Stands for the server's own logins, whose names each deployment chooses: whoever may take on its two roles. */
export const anyLogin = '<login>'

/** Which objects are the product's own, by name. */
export interface ObjectNames {
  readonly relations: readonly string[]
  readonly functions: readonly string[]
}

/**
 * Reads what the catalogue says of the product's own objects: tables, columns, constraints, unique indices, triggers, rules, policies,
 * grants and functions. What others put into the schema beside them isn't read. Any login may ask; the words are the same in PostgreSQL
 * 15 to 18.
 * @param own the names to read, whoever owns them; whatever the owner's role owns if not given
 */
export async function readCatalogue(db: Kysely<unknown>, own?: ObjectNames): Promise<Catalogue> {
  const names = own === undefined ? null : [...own.relations]
  const functions = functionsNamed(own?.functions ?? [])
  return db.transaction().execute(async (tx) => {
    const hidden =
      await sql<Row>`${ours(names)} select 'relation ' || relname as object, 'hidden by another of its name' as text
      from ours where not pg_table_is_visible(oid)`.execute(tx)
    // With nothing else on the path every name is written out, whatever path the login or the database was given.
    await sql`set local search_path to pg_catalog`.execute(tx)
    const parts = [relationsQuery, columnsQuery, constraintsQuery, indicesQuery, triggersQuery, rulesQuery]
    const found: Row[] = []
    for (const part of [...parts, policiesQuery, grantsQuery]) {
      found.push(...(await sql<Row>`${ours(names)} ${part}`.execute(tx)).rows)
    }
    for (const part of [functionsQuery, functionGrantsQuery]) {
      found.push(...(await sql<Row>`${functions} ${part}`.execute(tx)).rows)
    }
    const catalogue = new Map(found.map(({ object, text }) => [object, text]))
    for (const { object, text } of hidden.rows) catalogue.set(object, `${catalogue.get(object) ?? ''}, ${text}`)
    return Object.fromEntries([...catalogue].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Reads the catalogue of a database that the migrations have just made: what every other is held against. */
export async function readMadeCatalogue(owner: Connection): Promise<Catalogue> {
  const pool = new Pool({ ...connectionOptions(owner), max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await readCatalogue(db)
  } finally {
    await db.destroy()
  }
}

interface Row {
  readonly object: string
  readonly text: string
}

function ours(names: string[] | null) {
  return sql`with ours as (
    select c.* from pg_catalog.pg_class c
    where c.relnamespace = to_regnamespace('public') and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and case when ${names}::text[] is null then c.relowner = to_regrole('afterai_owner') else c.relname = any(${names}::text[]) end)`
}

// The children of a table are read as rows of it, and an unlogged one is emptied by a crash.
const relationsQuery = sql`
  select 'relation ' || relname as object, concat_ws(', ',
    case relkind when 'r' then 'table' when 'S' then 'sequence' when 'v' then 'view' else 'kind ' || relkind::text end,
    'owner ' || pg_get_userbyid(relowner),
    case when relkind = 'r' then 'row level security ' || case when relrowsecurity then 'on' else 'off' end end,
    case when relforcerowsecurity then 'forced on its owner' end,
    case when relpersistence <> 'p' then 'unlogged' end,
    (select 'with rows of ' || string_agg(inhrelid::regclass::text, ' and ' order by inhrelid::regclass::text)
      from pg_inherits where inhparent = ours.oid)) as text
  from ours`

const columnsQuery = sql`
  select 'column ' || relname || '.' || attname as object, concat_ws(' ', format_type(atttypid, atttypmod),
    case when attnotnull then 'not null' end, nullif('identity ' || attidentity::text, 'identity '), nullif('generated ' || attgenerated::text, 'generated '),
    'default ' || pg_get_expr(adbin, adrelid)) as text
  from ours join pg_attribute a on attrelid = ours.oid left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attnum > 0 and not attisdropped and relkind = 'r'`

// A foreign key is kept by triggers of its own, which can be switched off one by one.
const constraintsQuery = sql`
  select 'constraint ' || relname || '.' || conname as object, concat_ws(', ', pg_get_constraintdef(c.oid),
    case when not convalidated then 'not validated' end,
    case when exists (select from pg_trigger where tgconstraint = c.oid and tgisinternal and tgenabled <> 'O') then 'switched off' end) as text
  from ours join pg_constraint c on conrelid = ours.oid where contype in ('c', 'p', 'u', 'f', 'x')`

const indicesQuery = sql`
  select 'index ' || i.relname as object, concat_ws(', ', pg_get_indexdef(indexrelid),
    case when not (indisvalid and indisready and indislive) then 'not valid' end) as text
  from ours join pg_index x on indrelid = ours.oid join pg_class i on i.oid = indexrelid
  where indisunique and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))`

const triggersQuery = sql`
  select 'trigger ' || relname || '.' || tgname as object, concat_ws(', ', pg_get_triggerdef(t.oid),
    case tgenabled when 'A' then 'always' when 'D' then 'disabled' when 'R' then 'for replicas alone' else 'not for replicas' end) as text
  from ours join pg_trigger t on tgrelid = ours.oid where not tgisinternal`

const rulesQuery = sql`
  select 'rule ' || relname || '.' || rulename as object, pg_get_ruledef(r.oid) as text
  from ours join pg_rewrite r on ev_class = ours.oid where rulename <> '_RETURN'`

const policiesQuery = sql`
  select 'policy ' || relname || '.' || polname as object, concat_ws(' ',
    case when polpermissive then 'permissive' else 'restrictive' end, 'for',
    case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
    'to', (select string_agg(case role when 0 then 'public' else pg_get_userbyid(role) end, ', ' order by role) from unnest(polroles) role),
    'using (' || pg_get_expr(polqual, polrelid) || ')', 'with check (' || pg_get_expr(polwithcheck, polrelid) || ')') as text
  from ours join pg_policy on polrelid = ours.oid`

// Whoever may take on the server's two roles is its login: that is how a migration makes one.
const grantee = sql`case
  when grantee = 0 then 'public'
  when pg_has_role(grantee, 'afterai_app', 'member') and pg_has_role(grantee, 'afterai_sequencer', 'member')
    and not (select rolsuper from pg_roles r where r.oid = grantee) then '<login>'
  else pg_get_userbyid(grantee) end`

const grantsQuery = sql`
  select distinct 'grant ' || lower(privilege_type) || ' on ' || relname || ' to ' || ${grantee} as object,
    case when is_grantable then 'with grant option' else 'granted' end as text
  from ours, aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) where grantee <> relowner
  union all
  select distinct 'grant ' || lower(privilege_type) || ' (' || attname || ') on ' || relname || ' to ' || ${grantee},
    case when is_grantable then 'with grant option' else 'granted' end
  from ours join pg_attribute on attrelid = ours.oid, aclexplode(attacl) where not attisdropped and grantee <> relowner`

// Functions that run as the owner are let past row level security, so one too many is as much as one that is another.
function functionsNamed(names: readonly string[]) {
  return sql`with ours as (
    select p.* from pg_catalog.pg_proc p where p.pronamespace = to_regnamespace('public')
      and (p.proowner = to_regrole('afterai_owner') or p.proname = any(${[...names]}::text[])))`
}

const functionsQuery = sql`
  select 'function ' || proname || '(' || pg_get_function_identity_arguments(ours.oid) || ')' as object, concat_ws(', ',
    case when proowner <> to_regrole('afterai_owner') then 'owner ' || pg_get_userbyid(proowner) end,
    'returns ' || pg_get_function_result(ours.oid), (select lanname from pg_language l where l.oid = prolang),
    case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    case when proisstrict then 'strict' end, case when prosecdef then 'runs as its owner' end, case when proleakproof then 'leakproof' end,
    (select string_agg(setting, ' and ' order by setting) from unnest(proconfig) setting),
    'body ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex')) as text
  from ours`

const functionGrantsQuery = sql`
  select distinct 'grant execute on function ' || proname || '(' || pg_get_function_identity_arguments(ours.oid) || ') to ' || ${grantee} as object,
    case when is_grantable then 'with grant option' else 'granted' end as text
  from ours, aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee <> proowner`
