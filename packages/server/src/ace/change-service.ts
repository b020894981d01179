import { type Change, type ChangeFacts, type Configuration, ProblemError, type Risk } from '@afterai/contract'
import type { Selectable } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import { emailThen, nameThen } from '../audit/name-then.ts'
import { type Caller, type Principal, seesAddress } from '../identity/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'
import { changeTypesOf, configurationDelta, digestOf, headline } from './configuration.ts'

type Row = Selectable<Tables['change']> & { system: string; before: Configuration | null; after: Configuration | null }

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
}

/**
 * Opens an ACE; or, when the same change is pending already, counts it there.
 * The caller holds the environment's lock where the change was observed.
 * @returns the change's id
 */
export async function openChange(audit: Audit, tx: Transaction, caller: Caller, wanted: NewChange): Promise<string> {
  const { tenantId, accountId } = caller.principal
  const changeFingerprint = changeFingerprintOf(wanted)
  const repeated = await countRepeat(tx, tenantId, changeFingerprint)
  if (repeated !== undefined) {
    const details = { origin: wanted.origin, revision: wanted.revision }
    await audit(tx, caller.actor, { action: 'change.repeat', resource: `change/${repeated}`, details })
    return repeated
  }
  const delta = configurationDelta(
    await readConfiguration(tx, tenantId, wanted.before),
    await readConfiguration(tx, tenantId, wanted.after),
  )
  const id = newId()
  const changeTypes = wanted.changeTypes ?? changeTypesOf(delta)
  await tx
    .insertInto('change')
    .values({
      tenant_id: tenantId,
      id,
      system_id: wanted.systemId,
      environment: wanted.environment,
      status: 'pending',
      change_types: changeTypes,
      intent: wanted.intent,
      change_class: wanted.changeClass ?? 'normal',
      title: wanted.title ?? headline(delta),
      origin: wanted.origin,
      revision: wanted.revision,
      fingerprint_before: wanted.before,
      fingerprint_after: wanted.after,
      change_fingerprint: changeFingerprint,
      delta: json(delta),
      risk: wanted.risk ? json(wanted.risk) : null,
      author_id: accountId,
      author_name: nameThen(caller.principal),
      author_email: emailThen(caller.principal),
      status_reason: null,
    })
    .execute()
  await audit(tx, caller.actor, {
    action: 'change.open',
    resource: `change/${id}`,
    details: { changeTypes, before: wanted.before, after: wanted.after, origin: wanted.origin },
  })
  return id
}

function changeFingerprintOf({ systemId, environment, before, after, title, changeTypes }: NewChange): string {
  // Without a configuration after, what a person wrote is all that tells two changes apart.
  const described = after === null ? { title: title ?? '', changeTypes: changeTypes ?? [] } : {}
  return digestOf({ v: 1, systemId, environment, before, after, ...described })
}

async function countRepeat(tx: Transaction, tenantId: string, changeFingerprint: string): Promise<string | undefined> {
  const row = await tx
    .updateTable('change')
    .set((eb) => ({ observations: eb('observations', '+', 1), updated_at: new Date() }))
    .where('tenant_id', '=', tenantId)
    .where('change_fingerprint', '=', changeFingerprint)
    .where('status', '=', 'pending')
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

async function readConfiguration(
  tx: Transaction,
  tenantId: string,
  fingerprint: string | null,
): Promise<Configuration | null> {
  if (fingerprint === null) return null
  const row = await tx
    .selectFrom('configuration')
    .select('content')
    .where('tenant_id', '=', tenantId)
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow()
  return row.content
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
    .where('c.tenant_id', '=', tenantId)
}

async function readRow(tx: Transaction, tenantId: string, id: string): Promise<Row> {
  const row = await changes(tx, tenantId).where('c.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no change with this id' })
  return row
}

/** What a change says, without names of people: digests and records hold this. @throws ProblemError `not_found` */
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

/** Who opened a change, as they were named then. @throws ProblemError `not_found` */
export async function readChangeAuthor(
  tx: Transaction,
  tenantId: string,
  id: string,
): Promise<{ readonly name: string | null; readonly email: string | null }> {
  const { author_name: name, author_email: email } = await readRow(tx, tenantId, id)
  return { name, email }
}

// Held until the end, so that the state before is the one that was updated.
async function lockChange(tx: Transaction, tenantId: string, id: string): Promise<ChangeFacts> {
  await tx
    .selectFrom('change')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .execute()
  return readChange(tx, tenantId, id)
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
  const rows = await changes(tx, principal.tenantId)
    .$if(before !== undefined, (it) => it.where('c.id', '<', before ?? ''))
    .$if(status !== undefined, (it) => it.where('c.status', '=', status ?? 'pending'))
    // By its id, asked first: a join by the name would read the changes of others.
    .$if(system !== undefined, (it) =>
      it.where('c.system_id', '=', (eb) =>
        eb
          .selectFrom('system')
          .select('id')
          .where('tenant_id', '=', principal.tenantId)
          .where('name', '=', system ?? ''),
      ),
    )
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
    observations: row.observations,
    openedAt: row.opened_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    digest,
  }
}
