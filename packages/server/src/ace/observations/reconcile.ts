import type { Configuration } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Principal } from '../../access/index.ts'
import type { AuditEvent } from '../../audit/index.ts'
import { json, type Transaction } from '../../platform/database.ts'
import { changeFingerprintOf, type NewChange } from '../change-opening.ts'
import { changeTypesOf, configurationDelta } from '../configuration.ts'
import { headline } from '../headline.ts'
import { environmentKey } from './environments.ts'
import type { Run } from './history.ts'
import { type Plan, planOf } from './plans.ts'
import type { Settlement, Transition } from './settle.ts'

/** A plan that a run makes come true. */
interface Implemented {
  readonly run: Run
  readonly planId: string
  readonly systemId: string
  readonly environment: string
  readonly revision: string | null
  /** Other plans that it would have fitted as well. */
  readonly others: readonly string[]
}

/** Tells for each transition whether it is a plan come true, or a change that is to be opened. */
export function reconcile(
  transitions: readonly Transition[],
  plans: ReadonlyMap<string, readonly Plan[]>,
): { readonly opening: { readonly run: Run; readonly change: NewChange }[]; readonly implemented: Implemented[] } {
  const opening: { run: Run; change: NewChange }[] = []
  const implemented: Implemented[] = []
  const taken = new Set<string>()
  for (const it of transitions) {
    const { run, systemId, environment, before, by } = it
    const open = (plans.get(environmentKey(it)) ?? []).filter(({ id }) => !taken.has(id))
    const plan = planOf(open, it)
    if (plan !== undefined) {
      taken.add(plan.id)
      implemented.push({ run, planId: plan.id, systemId, environment, revision: by.revision, others: plan.others })
      continue
    }
    const intent = by.origin === 'import' ? 'implemented' : 'observed'
    const change = {
      systemId,
      environment,
      before,
      after: run.fingerprint,
      ...by,
      intent,
      implementedAt: run.startedAt,
      hasRun: true,
    } as const
    opening.push({ run, change })
  }
  return { opening, implemented }
}

/** Notes when plans began to run, and by which revision. */
export function implement(
  tx: Transaction,
  { tenantId, accountId }: Pick<Principal, 'tenantId' | 'accountId'>,
  implemented: readonly Implemented[],
): CompiledQuery[] {
  if (implemented.length === 0) return []
  const noted = sql`
    update change set implemented_at = it.at, implemented_revision = it.revision, implemented_by = ${accountId}, updated_at = now()
    from unnest(
      ${implemented.map(({ planId }) => planId)}::uuid[], ${implemented.map(({ run }) => run.startedAt.toISOString())}::timestamptz[],
      ${implemented.map(({ revision }) => revision)}::text[]
    ) as it (id, at, revision)
    where tenant_id = ${tenantId} and change.id = it.id`
  return [noted.compile(tx)]
}

/** What the audit trail is told of a plan come true. */
export function implementedEvent({ run, planId, systemId, environment, revision, others }: Implemented): AuditEvent {
  const at = run.startedAt.toISOString()
  const details = { systemId, environment, fingerprint: run.fingerprint, at, revision, others: [...others] }
  return { action: 'change.implement', resource: `change/${planId}`, details }
}

interface Rebased {
  readonly id: string
  readonly system_id: string
  readonly environment: string
  /** What was known to have run before, until now. */
  readonly was: string
  readonly before: string
  readonly after: string
  readonly before_content: Configuration
  readonly after_content: Configuration
}

/**
 * Changes that nobody has settled yet say what ran before them as it is known now; others stay as they were settled.
 * @returns what the audit trail is told of each
 */
export async function rebase(
  tx: Transaction,
  tenantId: string,
  rebased: Settlement['rebased'],
): Promise<readonly AuditEvent[]> {
  if (rebased.length === 0) return []
  const { rows } = await sql<Rebased>`
    select c.id, c.system_id, c.environment, c.fingerprint_before as was, it.before, it.after, b.content as before_content, a.content as after_content
    from unnest(
      ${rebased.map(({ changeId }) => changeId)}::uuid[], ${rebased.map(({ before }) => before)}::text[],
      ${rebased.map(({ after }) => after)}::text[]
    ) as it (id, before, after)
    join change c on c.tenant_id = ${tenantId} and c.id = it.id and c.status = 'pending' and c.intent <> 'proposed'
    join configuration b on b.tenant_id = ${tenantId} and b.fingerprint = it.before
    join configuration a on a.tenant_id = ${tenantId} and a.fingerprint = it.after`.execute(tx)
  const values = rows.map(({ id, system_id: systemId, environment, before, after, ...row }) => {
    const delta = configurationDelta(row.before_content, row.after_content)
    const changeFingerprint = changeFingerprintOf({ systemId, environment, before, after })
    return { id, before, fingerprint: changeFingerprint, delta, types: changeTypesOf(delta), title: headline(delta) }
  })
  await sql`
    update change set fingerprint_before = it.before, change_fingerprint = it.fingerprint, delta = it.delta,
      change_types = it.types, title = it.title, updated_at = now()
    from jsonb_to_recordset(${json(values)}) as it (id uuid, before text, fingerprint text, delta jsonb, types text[], title text)
    where tenant_id = ${tenantId} and change.id = it.id`.execute(tx)
  return rows.map(({ id, system_id: systemId, environment, was, before, after }) => ({
    action: 'change.rebase',
    resource: `change/${id}`,
    details: { systemId, environment, was, before, after },
  }))
}
