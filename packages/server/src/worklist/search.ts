import type { Found } from '@afterai/contract'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { Principal } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { heldBy } from './waiting.ts'

type Item = Found['items'][number]

/** So many of each kind are found, among so many that are looked at by words: the newest. */
const most = 8
const lookedAt = 5_000

/** Finds changes, systems, records and people, each kind for who may read it. */
export async function search(tx: Transaction, principal: Principal, q: string): Promise<Found> {
  const { tenantId } = principal
  const held = heldBy(principal)
  const range = idsBeginningWith(q)
  const statements = [
    ...(range === undefined ? [] : [selectChangesById(tx, tenantId, range)]),
    selectChangesByWords(tx, tenantId, q),
    ...(held.has('system:read') ? [selectSystems(tx, tenantId, q)] : []),
    ...(held.has('record:read') && range !== undefined ? [selectRecords(tx, tenantId, range)] : []),
    ...(held.has('member:read') ? [selectPeople(tx, tenantId, q)] : []),
  ]
  const found = (await together(tx, statements)).flat()
  // A change may be found by its id and by its title.
  const once = [...new Map(found.map((it) => [`${it.kind} ${it.id}`, it])).values()]
  const items = (['change', 'system', 'record', 'person'] as const).flatMap((kind) =>
    once.filter((it) => it.kind === kind).slice(0, most),
  )
  return { items }
}

interface Range {
  readonly first: string
  readonly last: string
}

/** The ids that begin with digits, with hyphens or without; undefined for what is no beginning of one, or of too many. */
function idsBeginningWith(q: string): Range | undefined {
  const digits = q.replaceAll('-', '').toLowerCase()
  if (!/^[0-9a-f]{4,32}$/.test(digits)) return undefined
  const idOf = (filler: string): string =>
    digits.padEnd(32, filler).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return { first: idOf('0'), last: idOf('f') }
}

const isIn = (column: RawBuilder<unknown>, q: string) => sql`position(lower(${q}) in lower(${column})) > 0`

const changeHint = (tenantId: string) =>
  sql`(select s.name from system s where s.tenant_id = ${tenantId} and s.id = it.system_id) || ' · ' || it.environment`

function selectChangesById(tx: Transaction, tenantId: string, { first, last }: Range): CompiledQuery<Item> {
  return sql<Item>`
    select 'change' as kind, it.id, it.title, ${changeHint(tenantId)} as hint
    from (
      select id, title, environment, system_id from change
      where tenant_id = ${tenantId} and id between ${first} and ${last} order by id desc limit ${most}
    ) it`.compile(tx)
}

function selectChangesByWords(tx: Transaction, tenantId: string, q: string): CompiledQuery<Item> {
  return sql<Item>`
    select 'change' as kind, it.id, it.title, ${changeHint(tenantId)} as hint
    from (
      select * from (
        select id, title, environment, system_id from change where tenant_id = ${tenantId} order by id desc limit ${lookedAt}
      ) newest where ${isIn(sql`title`, q)} limit ${most}
    ) it`.compile(tx)
}

function selectSystems(tx: Transaction, tenantId: string, q: string): CompiledQuery<Item> {
  return sql<Item>`
    select 'system' as kind, name as id, name as title, case when title is null then '' else title end as hint
    from (
      select name, title from system where tenant_id = ${tenantId} order by id desc limit ${lookedAt}
    ) newest where ${isIn(sql`concat_ws(' ', name, title)`, q)} limit ${most}`.compile(tx)
}

function selectRecords(tx: Transaction, tenantId: string, { first, last }: Range): CompiledQuery<Item> {
  return sql<Item>`
    select 'record' as kind, it.id,
      (select c.title from change c where c.tenant_id = ${tenantId} and c.id = it.change_id) as title, ${changeHint(tenantId)} as hint
    from (
      select id, change_id, environment, system_id from record
      where tenant_id = ${tenantId} and id between ${first} and ${last} order by id desc limit ${most}
    ) it`.compile(tx)
}

function selectPeople(tx: Transaction, tenantId: string, q: string): CompiledQuery<Item> {
  return sql<Item>`
    select 'person' as kind, account_id as id, name as title, role as hint
    from (
      select account_id, name, role from membership
      where tenant_id = ${tenantId} and kind = 'person' order by account_id desc limit ${lookedAt}
    ) newest where ${isIn(sql`name`, q)} limit ${most}`.compile(tx)
}
