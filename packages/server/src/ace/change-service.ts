import { type Change, type ChangeFacts, type Configuration, ProblemError, type Risk } from '@afterai/contract'
import { digestOf } from '@afterai/record'
import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import { type Caller, type Principal, seesAddress } from '../access/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { readCursor, toPage } from '../platform/page.ts'

const futureToleranceMs = 5 * 60_000

type Row = Selectable<Tables['change']> & {
  system: string
  before: Configuration | null
  after: Configuration | null
  duplicates: string[]
}

function changes(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('change as c')
    .innerJoin('system as s', (join) => join.onRef('s.tenant_id', '=', 'c.tenant_id').onRef('s.id', '=', 'c.system_id'))
    .leftJoin('configuration as b', (join) =>
      join.onRef('b.tenant_id', '=', 'c.tenant_id').onRef('b.fingerprint', '=', 'c.fingerprint_before'),
    )
    .leftJoin('configuration as a', (join) =>
      join.onRef('a.tenant_id', '=', 'c.tenant_id').onRef('a.fingerprint', '=', 'c.fingerprint_after'),
    )
    .selectAll('c')
    .select(['s.name as system', 'b.content as before', 'a.content as after'])
    .select(
      sql<string[]>`array(select id from change where tenant_id = ${tenantId} and merged_into = c.id order by id)`.as(
        'duplicates',
      ),
    )
    .where('c.tenant_id', '=', tenantId)
}

async function readRow(tx: Transaction, tenantId: string, id: string): Promise<Row> {
  const row = await changes(tx, tenantId).where('c.id', '=', id).executeTakeFirst()
  if (row === undefined) throw noSuchChange()
  return row
}

/** Reads the facts of a change, without names of people: digests and records hold these. @throws ProblemError `not_found` */
export async function readChange(tx: Transaction, tenantId: string, id: string): Promise<ChangeFacts> {
  return factsOf(await readRow(tx, tenantId, id))
}

/** The digests of changes, by their ids. */
export async function readChangeDigests(
  tx: Transaction,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await changes(tx, tenantId).where('c.id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, factsOf(row).digest]))
}

/** A change as a principal may see it. @throws ProblemError `not_found` */
export async function viewChange(tx: Transaction, principal: Principal, id: string): Promise<Change> {
  return toView(principal, await readRow(tx, principal.tenantId, id))
}

/** The facts of a change, and who opened it, as they were named then. */
export interface AuthoredChange {
  readonly facts: ChangeFacts
  readonly author: { readonly name: string | null; readonly email: string | null }
  /** Who said that it runs; null while nobody did. */
  readonly implementerId: string | null
}

/** The statement that reads a change, whose id may be one that the database finds: for those who send it with others. */
export function selectChange(tx: Transaction, tenantId: string, id: RawBuilder<string>): CompiledQuery<Row> {
  return changes(tx, tenantId).where('c.id', '=', id).compile()
}

/** Takes the change from what `selectChange` found. @throws ProblemError `not_found` */
export function changeIn([row]: readonly Row[]): AuthoredChange {
  if (row === undefined) throw noSuchChange()
  return {
    facts: factsOf(row),
    author: { name: row.author_name, email: row.author_email },
    implementerId: row.implemented_by,
  }
}

/** A change as a principal may see it, from what `selectChange` found. @throws ProblemError `not_found` */
export function changeViewIn(principal: Principal, [row]: readonly Row[]): Change {
  if (row === undefined) throw noSuchChange()
  return toView(principal, row)
}

function noSuchChange(): ProblemError {
  return new ProblemError('not_found', { detail: 'there is no change with this id' })
}

/** Holds a change until the end of the transaction: whatever else is said of it waits. One that isn't there is no error. */
export async function holdChange(tx: Transaction, tenantId: string, id: string): Promise<void> {
  await tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .execute()
}

// Held, so that the state before is the one that was updated.
async function lockChange(tx: Transaction, tenantId: string, id: string): Promise<ChangeFacts> {
  await holdChange(tx, tenantId, id)
  return readChange(tx, tenantId, id)
}

async function findSystemId(tx: Transaction, tenantId: string, name: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('system')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.id
}

/** One page of the feed of changes, newest first. */
export async function listChanges(
  tx: Transaction,
  principal: Principal,
  query: {
    limit: number
    cursor?: string | undefined
    status?: Change['status'] | undefined
    system?: string | undefined
  },
): Promise<{ items: Change[]; nextCursor: string | null }> {
  const before = readCursor(query.cursor)
  const { status, system } = query
  // By its id, asked first: only of a value does the database know how few of the changes are this system's.
  const systemId = system === undefined ? undefined : await findSystemId(tx, principal.tenantId, system)
  if (system !== undefined && systemId === undefined) return { items: [], nextCursor: null }
  const rows = await changes(tx, principal.tenantId)
    .$if(before !== undefined, (it) => it.where('c.id', '<', before ?? ''))
    .$if(status !== undefined, (it) => it.where('c.status', '=', status ?? 'pending'))
    .$if(systemId !== undefined, (it) => it.where('c.system_id', '=', systemId ?? ''))
    .orderBy('c.id', 'desc')
    .limit(query.limit + 1)
    .execute()
  return toPage(rows, query.limit, (row) => toView(principal, row))
}

/** Settles a pending change: it happened (confirmed), or it was noise (dismissed). @throws ProblemError `invalid_transition`, `not_found` */
export async function settleChange(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  {
    id,
    status,
    reason = null,
    risk,
  }: { id: string; status: 'confirmed' | 'dismissed'; reason?: string | null; risk?: Risk | undefined },
): Promise<Change> {
  const { principal } = caller
  const { tenantId } = principal
  const pending = tx
    .updateTable('change')
    .set({
      status,
      status_reason: reason,
      updated_at: new Date(),
      settled_by: principal.accountId,
      settled_by_name: nameThen(principal),
      settled_by_email: emailThen(principal),
      ...(risk ? { risk: json<Risk | null>(risk) } : {}),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('status', '=', 'pending')
  const before = await lockChange(tx, tenantId, id)
  if ((await pending.executeTakeFirst()).numUpdatedRows !== 1n) {
    throw new ProblemError('invalid_transition', {
      detail: `the change is ${before.status}; only a pending one can be ${status}`,
    })
  }
  const after = await readChange(tx, tenantId, id)
  await audit(tx, caller.actor, {
    action: status === 'confirmed' ? 'change.confirm' : 'change.dismiss',
    resource: `change/${id}`,
    details: risk ? { risk } : {},
    change: { before, after },
  })
  return viewChange(tx, principal, id)
}

/**
 * Notes that a change without a configuration runs now, as a person or a pipeline says. One with a configuration runs when it is observed.
 * @throws ProblemError `not_found`, `invalid_transition`, `invalid_request`
 */
export async function noteImplemented(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  {
    id,
    revision,
    at,
  }: { readonly id: string; readonly revision?: string | undefined; readonly at?: string | undefined },
): Promise<Change> {
  const { tenantId, accountId } = caller.principal
  const before = await lockChange(tx, tenantId, id)
  const implementedAt = at === undefined ? new Date() : new Date(at)
  if (before.fingerprints.after !== null) {
    const detail = 'it has a configuration: it runs once that is seen to run; tell it: afterai observe'
    throw new ProblemError('invalid_transition', { detail })
  }
  if (before.status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
  if (implementedAt.getTime() > Date.now() + futureToleranceMs) {
    throw new ProblemError('invalid_request', { errors: [{ pointer: '/at', detail: 'lies in the future' }] })
  }
  const noted = await tx
    .updateTable('change')
    .set({
      implemented_at: implementedAt,
      implemented_revision: revision ?? null,
      implemented_by: accountId,
      updated_at: new Date(),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('implemented_at', 'is', null)
    .executeTakeFirst()
  if (noted.numUpdatedRows !== 1n) throw new ProblemError('invalid_transition', { detail: 'it is implemented already' })
  await audit(tx, caller.actor, {
    action: 'change.implement',
    resource: `change/${id}`,
    details: { at: implementedAt.toISOString(), revision: revision ?? null },
  })
  return viewChange(tx, caller.principal, id)
}

/** Sets the risk of a change that isn't dismissed. @throws ProblemError `invalid_transition`, `not_found` */
export async function setRisk(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { id, risk }: { id: string; risk: Risk },
): Promise<Change> {
  const { tenantId } = caller.principal
  const before = await lockChange(tx, tenantId, id)
  if (before.status === 'dismissed') throw new ProblemError('invalid_transition', { detail: 'the change is dismissed' })
  await tx
    .updateTable('change')
    .set({ risk: json<Risk | null>(risk), updated_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .execute()
  const after = await readChange(tx, tenantId, id)
  await audit(tx, caller.actor, {
    action: 'change.set_risk',
    resource: `change/${id}`,
    details: { before: before.risk, after: risk },
    change: { before, after },
  })
  return viewChange(tx, caller.principal, id)
}

function toView(principal: Principal, row: Row): Change {
  return {
    ...factsOf(row),
    authorName: row.author_name,
    authorEmail: seesAddress(principal, row.author_id) ? row.author_email : null,
    settledBy: row.settled_by,
    settledByName: row.settled_by_name,
    settledByEmail: row.settled_by !== null && seesAddress(principal, row.settled_by) ? row.settled_by_email : null,
  }
}

function factsOf(row: Row): ChangeFacts {
  const view = {
    id: row.id,
    systemId: row.system_id,
    system: row.system,
    environment: row.environment,
    changeTypes: row.change_types,
    intent: row.intent,
    changeClass: row.change_class,
    title: row.title,
    source: { origin: row.origin, revision: row.revision },
    fingerprints: { before: row.fingerprint_before, after: row.fingerprint_after, change: row.change_fingerprint },
    before: row.before,
    after: row.after,
    delta: row.delta,
    risk: row.risk,
    authorId: row.author_id,
  }
  // What a decision binds to: neither the state of the change's handling, nor how often and when it was seen.
  const digest = digestOf(view)
  return {
    ...view,
    status: row.status,
    statusReason: row.status_reason,
    mergedInto: row.merged_into,
    duplicates: row.duplicates,
    observations: row.observations,
    openedAt: row.opened_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    digest,
  }
}
