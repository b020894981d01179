import type { Change, Configuration, DeltaItem, Risk } from '@afterai/contract'
import { digestOf } from '@afterai/record'
import { type CompiledQuery, sql } from 'kysely'
import { type Audit, type AuditEvent, emailThen, nameThen } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import { json, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { changeTypesOf, configurationDelta } from './configuration.ts'
import { headline } from './headline.ts'

/** A change to be opened: between two fingerprints, or described by a person. */
export interface NewChange {
  readonly systemId: string
  readonly environment: string
  readonly before: string | null
  readonly after: string | null
  readonly origin: Change['source']['origin']
  readonly revision: string | null
  readonly intent: Change['intent']
  readonly title?: string
  readonly changeTypes?: Change['changeTypes']
  readonly changeClass?: Change['changeClass']
  readonly risk?: Risk | null
  /** When it began to run, of what was seen to run: each time is a change of its own. */
  readonly implementedAt?: Date
  /** Whether a run of its environment tells since when it runs, and until when. */
  readonly hasRun?: boolean
}

/** Changes that are ready to be opened: nothing of them is kept before `insert` was sent and `events` are written. */
export interface PreparedChanges {
  /** The id of each that was wanted: its own, or of the one that was pending already. */
  readonly ids: readonly string[]
  /** The event for the audit trail of each that was wanted. */
  readonly events: readonly AuditEvent[]
  readonly insert: readonly CompiledQuery[]
}

/**
 * Opens an ACE; or, when the same change is pending already, counts it there.
 * @returns the change's id
 */
export async function openChange(audit: Audit, tx: Transaction, caller: Caller, wanted: NewChange): Promise<string> {
  const { ids, events, insert } = await prepareChanges(tx, caller, [wanted])
  await together(tx, insert)
  await audit(tx, caller.actor, ...events)
  return ids[0] ?? ''
}

/**
 * Prepares to open ACEs, in their order, and counts those that are pending already: by two statements, however many they are.
 * The caller holds the locks of the environments where they were observed.
 */
export async function prepareChanges(
  tx: Transaction,
  caller: Caller,
  all: readonly NewChange[],
): Promise<PreparedChanges> {
  if (all.length === 0) return { ids: [], events: [], insert: [] }
  const wanted = all.map((it) => ({ ...it, changeFingerprint: changeFingerprintOf(it) }))
  const { tenantId } = caller.principal
  // Whoever opens the same change at the same moment waits, and then counts it.
  const [, repeated, configurations] = await together(tx, [
    holdFingerprints(
      tx,
      tenantId,
      wanted.filter((it) => it.implementedAt === undefined),
    ),
    countRepeats(
      tx,
      tenantId,
      wanted.filter((it) => it.implementedAt === undefined),
    ),
    readConfigurations(tx, tenantId, wanted),
  ])
  const contents = new Map(configurations.map((row) => [row.fingerprint, row.content]))
  const open = new Map(repeated.map((row) => [row.change_fingerprint, { id: row.id, row: undefined }]))
  const opened = new Map<string, Opened>()
  const told = wanted.map((it) => {
    const isRun = it.implementedAt !== undefined
    const pending = isRun ? undefined : (open.get(it.changeFingerprint) ?? opened.get(it.changeFingerprint))
    if (pending !== undefined) {
      if (pending.row !== undefined) pending.row.observations += 1
      return { id: pending.id, event: repeatEvent(pending.id, it) }
    }
    const fresh = openedFrom(caller, it, contents)
    opened.set(isRun ? fresh.id : it.changeFingerprint, fresh)
    return { id: fresh.id, event: fresh.event }
  })
  const rows = [...opened.values()].map(({ row }) => row)
  return {
    ids: told.map(({ id }) => id),
    events: told.map(({ event }) => event),
    insert: rows.length === 0 ? [] : [insertChanges(tx, caller, rows)],
  }
}

type Wanted = NewChange & { readonly changeFingerprint: string }
type Opened = ReturnType<typeof openedFrom>

function openedFrom(
  { principal: { tenantId, accountId } }: Caller,
  wanted: Wanted,
  contents: ReadonlyMap<string, Configuration>,
) {
  const side = (fingerprint: string | null) => (fingerprint === null ? null : contentOf(contents, fingerprint))
  // What will run was not said: nothing is known to differ, least of all that all of it goes.
  const delta: DeltaItem[] = wanted.after === null ? [] : configurationDelta(side(wanted.before), side(wanted.after))
  const id = newId()
  const { before, after, origin } = wanted
  const changeTypes = wanted.changeTypes ?? changeTypesOf(delta)
  const row = {
    tenant_id: tenantId,
    id,
    system_id: wanted.systemId,
    environment: wanted.environment,
    status: 'pending',
    change_types: changeTypes,
    intent: wanted.intent,
    change_class: wanted.changeClass ?? 'normal',
    title: wanted.title ?? headline(delta),
    origin,
    revision: wanted.revision,
    fingerprint_before: before,
    fingerprint_after: after,
    change_fingerprint: wanted.changeFingerprint,
    delta,
    risk: wanted.risk ?? null,
    author_id: accountId,
    observations: 1,
    implemented_at: wanted.implementedAt?.toISOString() ?? null,
    implemented_revision: wanted.implementedAt === undefined ? null : wanted.revision,
    // A plan that has a configuration runs once that is seen to run.
    stands_alone: wanted.hasRun !== true && !(wanted.intent === 'proposed' && after !== null),
  }
  const event: AuditEvent = {
    action: 'change.open',
    resource: `change/${id}`,
    details: {
      changeTypes,
      before,
      after,
      origin,
      systemId: wanted.systemId,
      environment: wanted.environment,
      ...(wanted.implementedAt === undefined ? {} : { startedAt: wanted.implementedAt.toISOString() }),
    },
  }
  return { id, row, event }
}

function contentOf(contents: ReadonlyMap<string, Configuration>, fingerprint: string): Configuration {
  const content = contents.get(fingerprint)
  if (content === undefined) throw new Error('a change refers to a configuration that is not kept')
  return content
}

function repeatEvent(id: string, { origin, revision }: NewChange): AuditEvent {
  return { action: 'change.repeat', resource: `change/${id}`, details: { origin, revision } }
}

function insertChanges(tx: Transaction, { principal }: Caller, rows: readonly Opened['row'][]): CompiledQuery {
  return sql`
    insert into change (tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin, revision,
      fingerprint_before, fingerprint_after, change_fingerprint, delta, risk, author_id, observations, implemented_at,
      implemented_revision, stands_alone, author_name, author_email)
    select tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin, revision,
      fingerprint_before, fingerprint_after, change_fingerprint, delta, risk, author_id, observations, implemented_at,
      implemented_revision, stands_alone,
      ${nameThen(principal)}, ${emailThen(principal)}
    from jsonb_populate_recordset(null::change, ${json(rows)})`.compile(tx)
}

/** What tells a change from others that say something else. */
export function changeFingerprintOf({
  systemId,
  environment,
  before,
  after,
  title,
  changeTypes,
}: Pick<NewChange, 'systemId' | 'environment' | 'before' | 'after' | 'title' | 'changeTypes'>): string {
  // Without a configuration after, what a person wrote is all that tells two changes apart.
  const described = after === null ? { title: title ?? '', changeTypes: changeTypes ?? [] } : {}
  return digestOf({ v: 1, systemId, environment, before, after, ...described })
}

/** Holds the changes that may be pending already until the transaction ends: of each, one at most is. In one order for all. */
function holdFingerprints(tx: Transaction, tenantId: string, wanted: readonly Wanted[]) {
  const names = wanted.map(({ changeFingerprint }) => `change ${tenantId} ${changeFingerprint}`)
  return sql`
    select pg_advisory_xact_lock(hashtextextended(name, 0))
    from (select distinct name from unnest(${names}::text[]) as it (name) order by name) sorted`.compile(tx)
}

function countRepeats(tx: Transaction, tenantId: string, wanted: readonly Wanted[]) {
  const times = new Map<string, number>()
  for (const { changeFingerprint: it } of wanted) times.set(it, (times.get(it) ?? 0) + 1)
  return sql<{ id: string; change_fingerprint: string }>`
    with recursive seen as (
      select * from unnest(${[...times.keys()]}::text[], ${[...times.values()]}::int[]) as seen (fingerprint, times)
    ), target as (
      select seen.fingerprint, seen.times, c.id, c.merged_into, c.status
      from seen join change c on c.tenant_id = ${tenantId} and c.change_fingerprint = seen.fingerprint
        and c.status = 'pending' and c.implemented_at is null
      union all select seen.fingerprint, seen.times, c.id, c.merged_into, c.status
      from seen join change c on c.tenant_id = ${tenantId} and c.change_fingerprint = seen.fingerprint
        and c.merged_into is not null
      -- What was merged into another is seen there again.
      union select t.fingerprint, t.times, c.id, c.merged_into, c.status
      from target t join change c on c.tenant_id = ${tenantId} and c.id = t.merged_into
    ), counted as (
      update change set observations = observations + it.times, updated_at = ${new Date()}
      from (select id, sum(times)::int as times from target where status = 'pending' group by id) it
      where tenant_id = ${tenantId} and change.id = it.id and change.status = 'pending'
      returning change.id
    )
    select counted.id, target.fingerprint as change_fingerprint from counted join target on target.id = counted.id`.compile(
    tx,
  )
}

function readConfigurations(tx: Transaction, tenantId: string, wanted: readonly NewChange[]) {
  const fingerprints = new Set(wanted.flatMap(({ before, after }) => [before, after]))
  return tx
    .selectFrom('configuration')
    .select(['fingerprint', 'content'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`fingerprint = any(${[...fingerprints].filter((it) => it !== null)}::text[])`)
    .compile()
}
