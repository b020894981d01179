import { type Evaluation, ProblemError } from '@afterai/contract'
import type { ImportFault, ImportResult } from '@afterai/evidence'
import type { Selectable } from 'kysely'
import { digestOf, findSystem } from '../ace/index.ts'
import type { Audit } from '../audit/audit.ts'
import type { Caller } from '../identity/index.ts'
import { json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { readCursor, toPage } from '../platform/page.ts'

const shown = [
  'id',
  'label',
  'format',
  'selection',
  'source_digest',
  'size_bytes',
  'cases',
  'errors',
  'metrics',
  'dropped',
  'digested_identifiers',
  'reading',
  'imported_by',
  'created_at',
] as const

type Row = Pick<Selectable<Tables['evaluation']>, (typeof shown)[number]> & { system: string | null }

/** What was read of a file. */
type Imported = Extract<ImportResult, { ok: true }>

/** The result of a file that could be read. @throws ProblemError `unreadable_evaluation` with each fault and its place */
export function accepted(result: ImportResult): Imported {
  if (result.ok) return result
  throw new ProblemError('unreadable_evaluation', {
    errors: result.faults.map((fault) => ({ pointer: placeOf(fault), detail: fault.text })),
    ...(result.more > 0 ? { moreErrors: result.more } : {}),
  })
}

function placeOf({ line, column, pointer }: ImportFault): string {
  if (pointer !== undefined) return pointer
  const places = [line === undefined ? '' : `line ${line}`, column === undefined ? '' : `column ${column}`]
  return places.filter(Boolean).join(', ') || 'file'
}

/** Keeps an imported run. @throws ProblemError `not_found` for a system that isn't there */
export async function keepEvaluation(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  {
    imported,
    system,
    label,
    sizeBytes,
  }: { imported: Imported; system?: string | undefined; label?: string | undefined; sizeBytes: number },
): Promise<Evaluation> {
  const { tenantId, accountId } = principal
  const { run, repeats, table = null } = imported
  const systemId = system === undefined ? null : (await findSystem(tx, tenantId, system)).id
  const id = newId()
  await tx
    .insertInto('evaluation')
    .values({
      tenant_id: tenantId,
      id,
      system_id: systemId,
      label: label ?? null,
      format: run.format,
      selection: run.selection,
      source_digest: `sha256:${run.sourceDigest}`,
      size_bytes: sizeBytes,
      cases: run.cases.length,
      errors: run.cases.filter(({ outcome }) => outcome === 'error').length,
      metrics: json(run.metrics),
      dropped: json(run.dropped),
      digested_identifiers: run.digestedIdentifiers,
      reading: json({ repeats, table }),
      run: json(run),
      run_digest: digestOf(run),
      imported_by: accountId,
    })
    .execute()
  await audit(tx, actor, {
    action: 'evaluation.import',
    resource: `evaluation/${id}`,
    details: { format: run.format, sourceDigest: run.sourceDigest, cases: run.cases.length },
  })
  return readEvaluation(tx, tenantId, id)
}

function evaluations(tx: Transaction, tenantId: string) {
  return tx
    .selectFrom('evaluation as e')
    .leftJoin('system as s', (join) => join.onRef('s.tenant_id', '=', 'e.tenant_id').onRef('s.id', '=', 'e.system_id'))
    .select(shown.map((column) => `e.${column}` as const))
    .select('s.name as system')
    .where('e.tenant_id', '=', tenantId)
}

/** An evaluation without its cases. @throws ProblemError `not_found` */
export async function readEvaluation(tx: Transaction, tenantId: string, id: string): Promise<Evaluation> {
  const row = await evaluations(tx, tenantId).where('e.id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no evaluation with this id' })
  return toView(row)
}

/** One page of evaluations, newest first. */
export async function listEvaluations(
  tx: Transaction,
  tenantId: string,
  { limit, cursor, system }: { limit: number; cursor?: string | undefined; system?: string | undefined },
): Promise<{ items: Evaluation[]; nextCursor: string | null }> {
  const before = readCursor(cursor)
  const rows = await evaluations(tx, tenantId)
    .$if(before !== undefined, (it) => it.where('e.id', '<', before ?? ''))
    .$if(system !== undefined, (it) => it.where('s.name', '=', system ?? ''))
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit, toView)
}

function toView(row: Row): Evaluation {
  return {
    id: row.id,
    system: row.system,
    label: row.label,
    format: row.format,
    selection: row.selection,
    sourceDigest: row.source_digest,
    sizeBytes: row.size_bytes,
    cases: row.cases,
    errors: row.errors,
    metrics: [...row.metrics],
    dropped: [...row.dropped],
    digestedIdentifiers: row.digested_identifiers,
    repeats: row.reading?.repeats ?? null,
    table: row.reading?.table
      ? { ...row.reading.table, caseId: [...row.reading.table.caseId], metrics: [...row.reading.table.metrics] }
      : null,
    importedBy: row.imported_by,
    createdAt: row.created_at.toISOString(),
  }
}
