import { type Evaluation, type EvaluationFacts, ProblemError } from '@afterai/contract'
import type { ImportFault } from '@afterai/evidence'
import { digestOf } from '@afterai/record'
import { type Selectable, sql } from 'kysely'
import { findSystem } from '../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import { type Caller, type Principal, seesAddress } from '../access/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'
import type { ImportOutcome } from './import-file.ts'
import type { KeptRun } from './packed-run.ts'

const shown = [
  'id',
  'label',
  'format',
  'selection',
  'source_digest',
  'case_digest',
  'ran_at',
  'received_at',
  'size_bytes',
  'cases',
  'errors',
  'metrics',
  'dropped',
  'digested_identifiers',
  'notes',
  'reading',
  'imported_by',
  'imported_by_name',
  'imported_by_email',
  'created_at',
] as const

type Row = Pick<Selectable<Tables['evaluation']>, (typeof shown)[number]> & { system: string | null }

/** The run that was read of a file, ready to be kept. */
type Imported = Extract<ImportOutcome, { ok: true }>

/** The result of a file that could be read. @throws ProblemError `unreadable_evaluation` with each fault and its place */
export function accepted(result: ImportOutcome): Imported {
  if (result.ok) return result
  throw new ProblemError('unreadable_evaluation', {
    errors: result.faults.map((fault) => ({ pointer: placeOf(fault), detail: fault.text })),
    ...(result.more > 0 ? { moreErrors: result.more } : {}),
  })
}

function placeOf({ line, column, pointer }: ImportFault): string {
  const places = [line && `line ${line}`, column && `column ${column}`, pointer]
  return places.filter(Boolean).join(', ') || 'file'
}

/** A file that was imported, and what is said of it. */
interface ImportedFile {
  readonly imported: Imported
  readonly system?: string | undefined
  readonly label?: string | undefined
  readonly sizeBytes: number
  /** How long ago the file began to arrive, when it is called: the results were there by then. */
  readonly receivedMsAgo: () => number
}

/** Keeps an imported run. @throws ProblemError `not_found` for a system that isn't there */
export async function keepEvaluation(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { imported, system, label, sizeBytes, receivedMsAgo }: ImportedFile,
): Promise<Evaluation> {
  const { tenantId, accountId } = principal
  const { run, repeats, table = null } = imported
  const systemId = system === undefined ? null : (await findSystem(tx, tenantId, system)).id
  const id = newId()
  const { described } = run
  const receivedAt = await arrivalOf(tx, receivedMsAgo)
  await tx
    .insertInto('evaluation')
    .values({
      tenant_id: tenantId,
      id,
      system_id: systemId,
      label: label ?? null,
      format: described.format,
      selection: described.selection,
      source_digest: `sha256:${described.sourceDigest}`,
      case_digest: `sha256:${run.caseSet.digest}`,
      case_sample: run.caseSet.sample.map(String),
      results_digest: `sha256:${run.resultsDigest}`,
      ran_at: described.ranAt === undefined ? null : new Date(described.ranAt),
      received_at: receivedAt,
      size_bytes: sizeBytes,
      cases: run.rows,
      errors: run.errors,
      metrics: json(described.metrics),
      dropped: json(described.dropped),
      digested_identifiers: described.digestedIdentifiers,
      notes: json(described.notes ?? []),
      reading: json({ repeats, table }),
      case_table: Buffer.from(run.caseTable.buffer),
      run_digest: digestOf({ ...described, casesDigest: run.casesDigest }),
      imported_by: accountId,
      imported_by_name: nameThen(principal),
      imported_by_email: emailThen(principal),
    })
    .execute()
  await audit(tx, actor, {
    action: 'evaluation.import',
    resource: `evaluation/${id}`,
    details: { format: described.format, sourceDigest: described.sourceDigest, cases: run.rows },
  })
  return viewEvaluation(tx, principal, id)
}

// By the clock of the database alone, by which plans are sealed too; and asked before it is looked how long ago, so that it is never too late.
async function arrivalOf(tx: Transaction, msAgo: () => number): Promise<Date> {
  const { rows } = await sql<{ readonly now: Date }>`select clock_timestamp() as now`.execute(tx)
  return new Date((rows[0]?.now.getTime() ?? 0) - Math.ceil(msAgo()))
}

/** The run of an evaluation as it is kept, with every case, and its digest. @throws ProblemError `not_found` */
export async function readRun(
  tx: Transaction,
  tenantId: string,
  id: string,
): Promise<{ run: KeptRun; digest: string }> {
  const row = await tx
    .selectFrom('evaluation')
    .select(['format', 'selection', 'source_digest', 'metrics', 'dropped', 'digested_identifiers'])
    .select(['cases', 'run', 'case_table', 'run_digest'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: `there is no evaluation ${id}` })
  const described = {
    format: row.format,
    selection: row.selection,
    sourceDigest: row.source_digest.replace(/^sha256:/, ''),
    metrics: row.metrics,
    dropped: row.dropped,
    digestedIdentifiers: row.digested_identifiers,
  }
  const run: KeptRun = { described, rows: row.cases, caseTable: row.case_table, json: row.run }
  return { run, digest: row.run_digest }
}

function evaluations(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('evaluation as e')
    .leftJoin('system as s', (join) => join.onRef('s.tenant_id', '=', 'e.tenant_id').onRef('s.id', '=', 'e.system_id'))
    .select(shown.map((column) => `e.${column}` as const))
    .select('s.name as system')
    .where('e.tenant_id', '=', tenantId)
}

/** Evaluations without their cases and without names of people, as records seal them; in the order of their ids as given. @throws ProblemError `not_found` */
export async function readEvaluations(
  tx: Transaction,
  tenantId: string,
  ids: readonly string[],
): Promise<EvaluationFacts[]> {
  if (ids.length === 0) return []
  const rows = await evaluations(tx, tenantId)
    .where(sql<boolean>`e.id = any(${ids}::uuid[])`)
    .execute()
  const found = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => factsOf(found.get(id) ?? noSuchEvaluation()))
}

function noSuchEvaluation(): never {
  throw new ProblemError('not_found', { detail: 'there is no evaluation with this id' })
}

/** An evaluation without its cases, as a principal may see it. @throws ProblemError `not_found` */
export async function viewEvaluation(tx: Transaction, principal: Principal, id: string): Promise<Evaluation> {
  return toView(principal, await readRow(tx, principal.tenantId, id))
}

async function readRow(tx: Transaction, tenantId: string, id: string): Promise<Row> {
  const row = await evaluations(tx, tenantId).where('e.id', '=', id).executeTakeFirst()
  return row ?? noSuchEvaluation()
}

/** One page of evaluations, newest first. */
export async function listEvaluations(
  tx: Transaction,
  principal: Principal,
  { limit, cursor, system }: { limit: number; cursor?: string | undefined; system?: string | undefined },
): Promise<{ items: Evaluation[]; nextCursor: string | null }> {
  const before = readCursor(cursor)
  const rows = await evaluations(tx, principal.tenantId)
    .$if(before !== undefined, (it) => it.where('e.id', '<', before ?? ''))
    // By its id, asked first: a join by the name would read the evaluations of others.
    .$if(system !== undefined, (it) =>
      it.where('e.system_id', '=', (eb) =>
        eb
          .selectFrom('system')
          .select('id')
          .where('tenant_id', '=', principal.tenantId)
          .where('name', '=', system ?? ''),
      ),
    )
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, (row) => toView(principal, row))
}

function toView(principal: Principal, row: Row): Evaluation {
  return {
    ...factsOf(row),
    importedByName: row.imported_by_name,
    importedByEmail: seesAddress(principal, row.imported_by) ? row.imported_by_email : null,
  }
}

function factsOf(row: Row): EvaluationFacts {
  return {
    id: row.id,
    system: row.system,
    label: row.label,
    format: row.format,
    selection: row.selection,
    sourceDigest: row.source_digest,
    caseDigest: row.case_digest,
    ranAt: row.ran_at?.toISOString() ?? null,
    receivedAt: row.received_at.toISOString(),
    sizeBytes: row.size_bytes,
    cases: row.cases,
    errors: row.errors,
    metrics: [...row.metrics],
    dropped: [...row.dropped],
    digestedIdentifiers: row.digested_identifiers,
    notes: [...row.notes],
    repeats: row.reading?.repeats ?? null,
    table: row.reading?.table
      ? { ...row.reading.table, caseId: [...row.reading.table.caseId], metrics: [...row.reading.table.metrics] }
      : null,
    importedBy: row.imported_by,
    createdAt: row.created_at.toISOString(),
  }
}
