import { sql } from 'kysely'
import { escapeIdentifier } from 'pg'
import type { Database } from '../platform/database.ts'

/** Tables whose rows every backup holds. A table that is in neither list is backed up as well, and a test insists that somebody decides. */
export const backedUp: readonly string[] = [
  'accepted_baseline',
  'account',
  'api_key',
  'approval',
  'assessment',
  'audit_event',
  'audit_stream',
  'change',
  'change_policy',
  'closure',
  'condition_finding',
  'configuration',
  'decision',
  'delegation',
  'determination',
  'emergency',
  'envelope',
  'environment',
  'evaluation',
  'evaluation_plan',
  'federated_identity',
  'identity_provider',
  'instance',
  'invitation',
  'ledger_acceptance',
  'ledger_checkpoint',
  'ledger_entry',
  'ledger_log',
  'ledger_outbox',
  'ledger_refused',
  'ledger_tile',
  'membership',
  'member_preference',
  'observation',
  'run',
  'observation_count',
  'passkey',
  'record',
  'record_section',
  'recovery_code',
  'route_facet',
  'route_profile',
  'saved_view',
  'served_identity',
  'served_model',
  'system',
  'system_card',
  'telemetry_client',
  'telemetry_dimension',
  'telemetry_dropped',
  'telemetry_receipt',
  'telemetry_series',
  'telemetry_span_group',
  'telemetry_window',
  'tenant',
  'tenant_key',
  'told_change',
  'told_standing',
  'totp',
  'verification',
]

/** Tables whose rows no backup holds, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  session: 'nobody is signed in to a restored instance',
  spent_refresh: 'belongs to sessions',
  oidc_transaction: 'sign-ins with a provider that are under way, for minutes',
  device_authorization: 'one-time codes of devices, for minutes',
  device_code_guess: 'belongs to sessions',
  setup_code: 'a one-time code; a restored instance has its administrators',
  sign_in_ticket: 'a sign-in under way',
  passkey_challenge: 'a sign-in under way',
  password_reset: 'one-time codes',
  mail: 'mails under way; who waits for one asks again',
  purge_run: 'when this instance last purged; the next purge is due at once',
  rate_level: 'rates of the last minute',
  guess: 'what was guessed wrong of late',
  known_place: 'where people signed in from of late',
  schema_requirement: 'a fact of the schema, which the migrations write',
  idempotency: 'answers for retries of requests that were made to the instance as it was',
}

/** A table with the columns that hold data of their own. */
export interface BackedUpTable {
  readonly name: string
  readonly columns: readonly string[]
  /** The columns of the primary key, by which rows are ordered; text in the order of its bytes. */
  readonly key: readonly { readonly name: string; readonly isText: boolean }[]
}

/** The product's tables of this database, those first that others refer to. */
export async function readTables(db: Database): Promise<BackedUpTable[]> {
  const { rows } = await sql<BackedUpTable & { needs: string[] }>`
    select c.relname as name,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
      (select json_agg(json_build_object('name', a.attname, 'isText', a.attcollation <> 0) order by k.ord)
        from pg_constraint p cross join unnest(p.conkey) with ordinality k (num, ord)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
        where p.conrelid = c.oid and p.contype = 'p') as key,
      array(select distinct f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'kysely%'
      and c.relowner = 'afterai_owner'::regrole
    order by c.relname`.execute(db)
  return inOrderOfNeed(rows.filter(({ name }) => !Object.hasOwn(leftOut, name)))
}

function inOrderOfNeed(tables: readonly (BackedUpTable & { needs: readonly string[] })[]): BackedUpTable[] {
  const ordered: BackedUpTable[] = []
  const done = new Set<string>()
  let waiting = tables
  while (waiting.length > 0) {
    const ready = waiting.filter(({ needs }) => needs.every((name) => done.has(name)))
    if (ready.length === 0) {
      const names = waiting.map(({ name }) => name).join(', ')
      throw new Error(`${names} refer to each other, or to a table that no backup holds`)
    }
    for (const { needs: _needs, ...table } of ready) {
      ordered.push(table)
      done.add(table.name)
    }
    waiting = waiting.filter(({ name }) => !done.has(name))
  }
  return ordered
}

/** Where each sequence of an identity column stands. */
export async function readSequences(db: Database): Promise<{ table: string; column: string; last: string }[]> {
  const { rows } = await sql<{ table: string; column: string; last: string }>`
    select c.relname as "table", a.attname as "column", coalesce(pg_sequence_last_value(s.oid), 0)::text as last
    from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
      join pg_class c on c.oid = d.refobjid join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and c.relnamespace = 'public'::regnamespace
      and c.relowner = 'afterai_owner'::regrole
    order by 1, 2`.execute(db)
  return rows.filter(({ table }) => !Object.hasOwn(leftOut, table))
}

/** `copy … to stdout` in binary form, as the rows lie in the table. COPY takes no parameters, so the names are quoted. */
export function copyOut({ name, columns }: BackedUpTable): string {
  return `copy ${escapeIdentifier(name)} (${listOf(columns)}) to stdout (format binary)`
}

/** `copy … to stdout` as text, in an order that every database gives. */
export function copyOutInOrder({ name, columns, key }: BackedUpTable): string {
  const order = key.map((it) => `${escapeIdentifier(it.name)}${it.isText ? ' collate "C"' : ''}`).join(', ')
  return `copy (select ${listOf(columns)} from ${escapeIdentifier(name)} order by ${order}) to stdout`
}

/** `copy … from stdin`. */
export function copyIn({ name, columns }: Omit<BackedUpTable, 'key'>, form: 'text' | 'binary'): string {
  return `copy ${escapeIdentifier(name)} (${listOf(columns)}) from stdin (format ${form})`
}

function listOf(columns: readonly string[]): string {
  return columns.map(escapeIdentifier).join(', ')
}

/** Settings under which both sides read and write values in the same words. */
export async function fixForms(db: Database): Promise<void> {
  await sql`select set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'iso_8601', true), set_config('extra_float_digits', '3', true),
    set_config('bytea_output', 'hex', true),
    set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`.execute(
    db,
  )
}
