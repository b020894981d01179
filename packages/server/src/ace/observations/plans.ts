import { type Configuration, asAsked, fingerprintOf } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../../platform/database.ts'
import { environmentKey } from './environments.ts'
import type { Transition } from './settle.ts'
import type { Sighting } from './sighting.ts'

/** A change that was proposed with its configuration, and didn't run yet. */
export interface Plan {
  readonly id: string
  readonly before: string | null
  readonly after: string
  readonly configuration: Configuration
  readonly openedAt: Date
}

interface PlanRow extends Plan {
  readonly systemId: string
  readonly environment: string
}

/** The open plans of environments, the newest first. */
export function selectPlans(
  tx: Transaction,
  tenantId: string,
  environments: readonly Sighting[],
): CompiledQuery<PlanRow> {
  return sql<PlanRow>`
    select c.id, c.system_id as "systemId", c.environment, c.fingerprint_before as before, c.fingerprint_after as after,
      a.content as configuration, c.opened_at as "openedAt"
    from change c
    join configuration a on a.tenant_id = c.tenant_id and a.fingerprint = c.fingerprint_after
    where c.tenant_id = ${tenantId} and c.intent = 'proposed' and c.implemented_at is null and c.status <> 'dismissed'
      and (c.system_id, c.environment) in (select * from unnest(
        ${environments.map((it) => it.systemId)}::uuid[], ${environments.map((it) => it.environment)}::text[]))
    order by c.id desc`.compile(tx)
}

/** Rows by `environmentKey`. */
export function toPlans(rows: readonly PlanRow[]): Map<string, PlanRow[]> {
  return Map.groupBy(rows, environmentKey)
}

/**
 * The plan that a transition makes run, of those that are open, the newest first: one whose configuration is what runs now, or leaves open
 * no more than what the provider serves under the name. What ran before a plan was made, and doesn't any more, is none of it. Of several the one that was made for what ran before, then the newest.
 * @returns its id, and those of the others that it would have fitted as well
 */
export function planOf(
  plans: readonly Plan[],
  { run, before, configuration, isNow }: Pick<Transition, 'run' | 'before' | 'configuration' | 'isNow'>,
): { readonly id: string; readonly others: readonly string[] } | undefined {
  const running = new Set([
    run.fingerprint,
    ...(configuration === undefined ? [] : [fingerprintOf(asAsked(configuration))]),
  ])
  const fitting = plans.filter(({ after, openedAt }) => running.has(after) && (isNow || openedAt <= run.startedAt))
  const chosen = fitting.find((it) => it.before === before) ?? fitting[0]
  if (chosen === undefined) return undefined
  return { id: chosen.id, others: fitting.flatMap(({ id }) => (id === chosen.id ? [] : [id])) }
}
