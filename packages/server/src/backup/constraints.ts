import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** Statements that give back what was dropped: `onTable` keys, indexes and triggers once the table's rows are there, `references` once every table is. */
export interface Dropped {
  readonly onTable: ReadonlyMap<string, readonly string[]>
  readonly references: readonly string[]
}

interface Definition {
  readonly table: string
  readonly isReference: boolean
  readonly drop: string
  readonly build: string
}

/**
 * Takes keys, indexes and foreign keys off the product's tables, in the caller's transaction: built over all rows at once they cost a fraction
 * of what each row would cost, and are the same afterwards. Triggers rest meanwhile: what they did when the rows were written, such as to count
 * them, is in the backup already.
 */
export async function dropConstraints(tx: Transaction): Promise<Dropped> {
  const definitions = await readDefinitions(tx)
  // What refers to a key goes before the key.
  const [references, others] = [definitions.filter((it) => it.isReference), definitions.filter((it) => !it.isReference)]
  await runAll(
    tx,
    [...references, ...others].map(({ drop }) => drop),
  )
  const onTable = Map.groupBy(others, ({ table }) => table)
  return {
    onTable: new Map([...onTable].map(([table, its]) => [table, its.map(({ build }) => build)])),
    references: references.map(({ build }) => build),
  }
}

/** Runs statements that answer nothing, one after the other in one message. */
export async function runAll(tx: Transaction, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await sql.raw(statements.join(';\n')).execute(tx)
}

async function readDefinitions(tx: Transaction): Promise<readonly Definition[]> {
  const { rows } = await sql<Definition>`
    select c.relname as "table", k.contype = 'f' as "isReference",
      format('alter table %s drop constraint %I', c.oid::regclass, k.conname) as drop,
      format('alter table %s add constraint %I %s', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)) as build
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype in ('p', 'u', 'x', 'f') and c.relnamespace = 'public'::regnamespace
      and c.relname not like 'kysely%' and c.relowner = 'afterai_owner'::regrole
    union all
    select c.relname, false, format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      and c.relname not like 'kysely%' and c.relowner = 'afterai_owner'::regrole
      and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    union all
    select c.relname, false, format('alter table %s disable trigger %I', c.oid::regclass, t.tgname),
      format('alter table %s enable %s trigger %I', c.oid::regclass,
        case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgenabled <> 'D' and c.relnamespace = 'public'::regnamespace
      and c.relname not like 'kysely%' and c.relowner = 'afterai_owner'::regrole
    order by 1, 4`.execute(tx)
  return rows
}
