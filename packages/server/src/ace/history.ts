import type { Audit } from '../audit/audit.ts'
import type { Caller } from '../identity/index.ts'
import type { Transaction } from '../platform/database.ts'
import { openChange } from './change-service.ts'
import type { Outcome, Sighting } from './sighting.ts'

/** What a change that is found was: made known by a repository, or seen to run. */
type Intent = 'implemented' | 'observed'

/** The newest past sighting of this batch, by environment. */
export type History = Map<string, Pick<Sighting, 'fingerprint' | 'observedAt'>>

/**
 * Takes in what is told of a time that has passed. It opens a change where it differs from what ran before it, and leaves what the
 * environment runs with now as it is.
 */
export async function settleHistory(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { sighting, history, key, intent }: { sighting: Sighting; history: History; key: string; intent: Intent },
): Promise<Outcome> {
  const { id, systemId, environment, fingerprint, origin, revision } = sighting
  const before = history.get(key) ?? (await lastBefore(tx, caller.principal.tenantId, sighting))
  history.set(key, sighting)
  if (before === undefined) return { id, outcome: 'baseline', fingerprint, changeId: null }
  if (before.fingerprint === fingerprint) return { id, outcome: 'unchanged', fingerprint, changeId: null }
  const changeId = await openChange(audit, tx, caller, {
    systemId,
    environment,
    before: before.fingerprint,
    after: fingerprint,
    origin,
    revision,
    intent,
  })
  return { id, outcome: 'changed', fingerprint, changeId }
}

async function lastBefore(
  tx: Transaction,
  tenantId: string,
  { systemId, environment, observedAt }: Sighting,
): Promise<{ fingerprint: string; observedAt: Date } | undefined> {
  return tx
    .selectFrom('observation')
    .select(['fingerprint', 'observed_at as observedAt'])
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .where('environment', '=', environment)
    .where('observed_at', '<', observedAt)
    .orderBy('observed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}
