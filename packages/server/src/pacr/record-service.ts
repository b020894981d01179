import { ProblemError, type RecordDocument, type recordQuery, type RecordView } from '@afterai/contract'
import {
  type Disclosure,
  encodeBundle,
  type KeyHints,
  openSection,
  parseCanonical,
  readEnvelope,
  type SectionName,
} from '@afterai/record'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { z } from 'zod'
import { findSystemIds } from '../ace/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Caller, Principal } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import { proveEntry } from '../ledger/index.ts'
import type { Transaction } from '../platform/database.ts'
import { cursorOf, readCursor } from '../platform/page.ts'
import { together } from '../platform/together.ts'
import { documentOf } from './record-document.ts'
import { seesAllAddresses, viewIdentities } from './sealed-identities.ts'

const dataKeyBytes = 32

function records(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('record as r')
    .innerJoin('decision as d', (join) =>
      join.onRef('d.tenant_id', '=', 'r.tenant_id').onRef('d.id', '=', 'r.decision_id'),
    )
    .innerJoin('change as c', (join) => join.onRef('c.tenant_id', '=', 'r.tenant_id').onRef('c.id', '=', 'r.change_id'))
    .innerJoin('system as s', (join) => join.onRef('s.tenant_id', '=', 'c.tenant_id').onRef('s.id', '=', 'c.system_id'))
    .leftJoin('ledger_entry as e', (join) =>
      join.onRef('e.tenant_id', '=', 'r.tenant_id').onRef('e.entry_id', '=', 'r.id'),
    )
    .selectAll('r')
    .select(['d.proposal', 's.name as system', 'c.environment', 'c.title', 'e.idx'])
    .where('r.tenant_id', '=', tenantId)
}

/** How many records a page looks at, at most, for each that it may show; with `q`, whose words are in other tables, fewer. */
const lookedAtForOne = { rows: 80, words: 30 } as const

/**
 * One page of records, newest first. Looking for those of a filter ends after a number of records: a page may then be shorter than its limit, and
 * its cursor goes on from there.
 */
export async function listRecords(
  tx: Transaction,
  tenantId: string,
  query: z.infer<typeof recordQuery>,
): Promise<{ items: RecordView[]; nextCursor: string | null }> {
  const { limit, system } = query
  const systemId = system === undefined ? undefined : (await findSystemIds(tx, tenantId, [system])).get(system)
  if (system !== undefined && systemId === undefined) return { items: [], nextCursor: null }
  const lookAt = limit * (query.q === undefined ? lookedAtForOne.rows : lookedAtForOne.words)
  const [found] = await together(tx, [selectRecords(tx, tenantId, { ...query, systemId }, lookAt)])
  const fitting = found.filter(({ fits }) => fits)
  const ids = fitting.slice(0, limit).map(({ id }) => id)
  const isFull = fitting.length > limit
  const last = isFull ? ids.at(-1) : found.at(-1)?.id
  const hasMore = isFull || found.at(-1)?.nth === lookAt
  const rows =
    ids.length === 0 ? [] : await records(tx, tenantId).where('r.id', 'in', ids).orderBy('r.id', 'desc').execute()
  const sections = await sectionNames(tx, tenantId, ids)
  const items = rows.map((row) => toView(row, sections.get(row.id) ?? []))
  return { items, nextCursor: hasMore && last !== undefined ? cursorOf(last) : null }
}

function selectRecords(
  tx: Transaction,
  tenantId: string,
  {
    cursor,
    systemId,
    decision,
    verdict,
    from,
    to,
    q,
    limit,
  }: z.infer<typeof recordQuery> & { readonly systemId: string | undefined },
  lookAt: number,
): CompiledQuery<{ readonly id: string; readonly nth: number; readonly fits: boolean }> {
  const before = readCursor(cursor)
  const conditions: RawBuilder<unknown>[] = [sql`r.tenant_id = ${tenantId}`]
  if (before !== undefined) conditions.push(sql`r.id < ${before}`)
  if (systemId !== undefined) conditions.push(sql`r.system_id = ${systemId}`)
  const asked: RawBuilder<unknown>[] = [sql`true`]
  if (decision !== undefined) asked.push(sql`r.decision = ${decision}`)
  if (verdict !== undefined) asked.push(sql`r.verdict = ${verdict}`)
  if (from !== undefined) asked.push(sql`r.sealed_at >= ${from}`)
  if (to !== undefined) asked.push(sql`r.sealed_at < ${to}`)
  if (q !== undefined) {
    const words = sql`(select c.title from change c where c.tenant_id = r.tenant_id and c.id = r.change_id) || ' ' ||
      (select s.name from system s where s.tenant_id = r.tenant_id and s.id = r.system_id)`
    asked.push(sql`(position(lower(${q}) in lower(${words})) > 0 or starts_with(r.id::text, lower(${q})))`)
  }
  return sql<{ id: string; nth: number; fits: boolean }>`
    select * from (
      select r.id, row_number() over (order by r.id desc) as nth, coalesce(${sql.join(asked, sql` and `)}, false) as fits
      from record r where ${sql.join(conditions, sql` and `)} order by r.id desc limit ${lookAt}
    ) it where fits or nth = ${lookAt} limit ${limit + 1}`.compile(tx)
}

/** A record with its content, which is a read of protected content and audited as such. @throws ProblemError `not_found` */
export async function readRecord(
  deps: { readonly audit: Audit; readonly keys: TenantKeys },
  tx: Transaction,
  { principal, actor }: Caller,
  id: string,
): Promise<RecordView & { content: Record<string, unknown> }> {
  const { tenantId } = principal
  const row = await records(tx, tenantId).where('r.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no record with this id' })
  const disclosures = await openSections(deps.keys, tx, tenantId, id)
  await deps.audit(tx, actor, { action: 'record.read', resource: `record/${id}` })
  const content = Object.fromEntries(disclosures.map((it) => [it.section, contentFor(principal, it)]))
  return {
    ...toView(
      row,
      disclosures.map(({ section }) => section),
    ),
    content,
  }
}

/** A record as one document, which is a read of protected content and audited as such. @throws ProblemError `not_found` */
export async function readRecordDocument(
  deps: { readonly audit: Audit; readonly keys: TenantKeys },
  tx: Transaction,
  caller: Caller,
  id: string,
): Promise<RecordDocument> {
  const { content, logIndex: entryIndex, sealedAt, state, supersedes } = await readRecord(deps, tx, caller, id)
  return documentOf(tx, caller.principal, { place: { id, entryIndex, sealedAt, state, supersedes }, content })
}

function contentFor(principal: Principal, { section, bytes }: Opened): unknown {
  const content = JSON.parse(Buffer.from(bytes).toString())
  return section === 'identities' ? viewIdentities(principal, content) : content
}

/**
 * The export bundle of a record: everything that an outsider needs but the pinned keys, without the sections to withhold. A section is
 * disclosed as a whole or not at all, so who may not see each address in `identities` gets a bundle without it.
 * @throws ProblemError `not_found`, `ledger_unavailable` while the log hasn't integrated it
 */
export async function exportBundle(
  deps: { readonly audit: Audit; readonly keys: TenantKeys },
  tx: Transaction,
  { principal, actor }: Caller,
  { id, keyHints, withhold }: { id: string; keyHints: KeyHints; withhold: readonly string[] },
): Promise<Uint8Array> {
  const { tenantId } = principal
  const record = await tx
    .selectFrom('record')
    .select('envelope')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (record === undefined) throw new ProblemError('not_found', { detail: 'there is no record with this id' })
  const proved = await proveEntry(tx, tenantId, id)
  if (proved === undefined)
    throw new ProblemError('ledger_unavailable', { detail: 'the log has not integrated this record yet' })
  const sections = await openSections(deps.keys, tx, tenantId, id)
  const disclosures = sections.filter((it) => !withhold.includes(it.section) && mayDisclose(principal, it))
  const withheld = sections.filter((it) => !disclosures.includes(it)).map(({ section }) => section)
  await deps.audit(tx, actor, { action: 'record.export', resource: `record/${id}`, details: { withheld } })
  return encodeBundle({
    entry: proved.entry,
    dsseEnvelope: readEnvelope(parseCanonical(record.envelope)),
    tlogProof: proved.tlogProof,
    disclosures,
    consistencyProof: null,
    keyHints,
  })
}

function mayDisclose(principal: Principal, { section, bytes }: Opened): boolean {
  return section !== 'identities' || seesAllAddresses(principal, JSON.parse(Buffer.from(bytes).toString()))
}

type Opened = Extract<Disclosure, { bytes: Uint8Array }>

async function openSections(keys: TenantKeys, tx: Transaction, tenantId: string, recordId: string): Promise<Opened[]> {
  const rows = await tx
    .selectFrom('record_section')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('record_id', '=', recordId)
    .orderBy('name')
    .execute()
  const opened = []
  for (const { name, commitment, ciphertext, wrapped_secrets } of rows) {
    const secrets = await keys.unwrap(tx, tenantId, { bytes: wrapped_secrets, belongsTo: `${recordId}|${name}` })
    const dataKey = secrets.subarray(0, dataKeyBytes)
    const salt = secrets.subarray(dataKeyBytes)
    opened.push({ section: name, salt, bytes: openSection({ name, commitment, ciphertext, dataKey, salt }) })
  }
  return opened
}

async function sectionNames(
  tx: Transaction,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, SectionName[]>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .selectFrom('record_section')
    .select(['record_id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('record_id', 'in', ids)
    .orderBy('name')
    .execute()
  const names = new Map<string, SectionName[]>()
  for (const { record_id, name } of rows) names.set(record_id, [...(names.get(record_id) ?? []), name])
  return names
}

type Row = Awaited<ReturnType<ReturnType<typeof records>['executeTakeFirstOrThrow']>>

function toView(row: Row, sections: readonly SectionName[]): RecordView {
  return {
    id: row.id,
    changeId: row.change_id,
    decisionId: row.decision_id,
    system: row.system,
    environment: row.environment,
    title: row.title,
    decision: row.proposal.decision,
    decisionDetail: row.proposal.decisionDetail,
    verdict: row.verdict,
    riskLevel: row.risk_level,
    sealedAt: row.sealed_at.toISOString(),
    state: row.idx === null ? 'pending' : 'integrated',
    logIndex: row.idx,
    sections: [...sections],
    supersedes: row.supersedes,
  }
}
